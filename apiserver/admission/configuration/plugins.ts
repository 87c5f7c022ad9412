/** What each plug-in may be told. A word that is not known is an error: it was meant to say something. Pure. */
import { isObject, type JsonObject } from '../../../api/json.js';
import type { LimitedResource } from '../../../api/quota/limited.js';
import type { Toleration } from '../../../api/types.js';
import { type EventLimit, limitTypes } from '../optional/event-rate-limit.js';
import { type LabelMap, labelMapOf } from '../optional/label-map.js';
import type { NodeSelectors } from '../optional/pod-node-selector.js';
import type { ClusterTolerations } from '../optional/pod-toleration-restriction.js';
import { isLevel, isVersion, noConfiguration, type PodSecurityConfiguration } from '../pod-security/configuration.js';
import { modes } from '../pod-security/levels.js';

const invalid = (field: string, value: unknown, why: string): Error =>
  new Error(`${field}: Invalid value: ${JSON.stringify(value) ?? 'nothing'}: ${why}`);

/** Of a document without words nothing is asked but that it is none of another kind. */
function checkKind({ kind, apiVersion }: JsonObject, wanted: string, group: string, versions: readonly string[]): void {
  if (kind === undefined && apiVersion === undefined) return;
  if (kind === wanted && versions.some(version => apiVersion === `${group}/${version}`)) return;
  throw new Error(`it must be a ${wanted} of ${group}/${versions[0]}, and not ${kind} of ${apiVersion}`);
}

/** The object in a field, without others than these. */
function part(of: JsonObject, field: string, allowed: readonly string[]): JsonObject {
  const found = field === '' ? of : of[field];
  if (found === undefined || found === null) return {};
  if (!isObject(found)) throw invalid(field, found, 'it must be an object');
  const unknown = Object.keys(found).find(name => !allowed.includes(name));
  if (unknown !== undefined)
    throw new Error(`unknown field ${JSON.stringify(field ? `${field}.${unknown}` : unknown)}`);
  return found;
}

function texts(of: JsonObject, field: string): string[] {
  const found = of[field] ?? [];
  if (Array.isArray(found) && found.every(item => typeof item === 'string')) return found;
  throw invalid(field, found, 'it must be a list of strings');
}

function objects(of: JsonObject, field: string): JsonObject[] {
  const found = of[field] ?? [];
  if (Array.isArray(found) && found.every(isObject)) return found;
  throw invalid(field, found, 'it must be a list of objects');
}

const typeMeta = ['kind', 'apiVersion'];

export function podSecurity(told: JsonObject): PodSecurityConfiguration {
  checkKind(told, 'PodSecurityConfiguration', 'pod-security.admission.config.k8s.io', ['v1', 'v1beta1', 'v1alpha1']);
  part(told, '', [...typeMeta, 'defaults', 'exemptions']);
  const said = part(
    told,
    'defaults',
    modes.flatMap(mode => [mode, `${mode}-version`]),
  );
  const defaults = { ...noConfiguration.defaults };
  for (const mode of modes) {
    const [level = 'privileged', version = 'latest'] = [said[mode], said[`${mode}-version`]];
    if (!isLevel(level)) throw invalid(`defaults.${mode}`, level, 'must be one of privileged, baseline, restricted');
    if (!isVersion(version)) throw invalid(`defaults.${mode}-version`, version, 'must be "latest" or "v1.x"');
    const minor = /^v1\.(\d+)$/.exec(version)?.[1];
    defaults[mode] = { level, ...(minor === undefined ? {} : { minor: Number(minor) }) };
  }
  const exempt = part(told, 'exemptions', ['usernames', 'runtimeClasses', 'namespaces']);
  const [users, runtimeClasses, namespaces] = ['usernames', 'runtimeClasses', 'namespaces'].map(
    field => new Set(texts(exempt, field)),
  ) as [Set<string>, Set<string>, Set<string>];
  return { defaults, exempt: { users, runtimeClasses, namespaces } };
}

export function limitedResources(told: JsonObject): LimitedResource[] {
  if (told.kind === 'Configuration')
    checkKind(told, 'Configuration', 'resourcequota.admission.k8s.io', ['v1beta1', 'v1alpha1']);
  else checkKind(told, 'ResourceQuotaConfiguration', 'apiserver.config.k8s.io', ['v1']);
  part(told, '', [...typeMeta, 'limitedResources']);
  return objects(told, 'limitedResources').map((limited, index) => {
    const { apiGroup = '', resource } = part(limited, '', ['apiGroup', 'resource', 'matchContains', 'matchScopes']);
    const field = `limitedResources[${index}]`;
    if (typeof resource !== 'string' || resource === '')
      throw invalid(`${field}.resource`, resource, 'it must be a resource');
    if (typeof apiGroup !== 'string') throw invalid(`${field}.apiGroup`, apiGroup, 'it must be a group');
    const scopes = objects(limited, 'matchScopes').map(scope => {
      const { scopeName, operator } = part(scope, '', ['scopeName', 'operator', 'values']);
      if (typeof scopeName !== 'string' || typeof operator !== 'string') {
        throw invalid(`${field}.matchScopes`, scope, 'it must have a scopeName and an operator');
      }
      return { scopeName, operator, values: texts(scope, 'values') };
    });
    return { group: apiGroup, resource, contains: texts(limited, 'matchContains'), scopes };
  });
}

const usualCacheSize = 4096;

export function eventLimits(told: JsonObject): EventLimit[] {
  checkKind(told, 'Configuration', 'eventratelimit.admission.k8s.io', ['v1alpha1']);
  part(told, '', [...typeMeta, 'limits']);
  const limits = objects(told, 'limits');
  if (limits.length === 0) throw invalid('limits', limits, 'must not be empty');
  return limits.map((limit, index) => {
    const { type, qps, burst, cacheSize = 0 } = part(limit, '', ['type', 'qps', 'burst', 'cacheSize']);
    const field = `limits[${index}]`;
    const known = limitTypes.find(name => name === type);
    if (!known) throw invalid(`${field}.type`, type, `must be one of ${limitTypes.join(', ')}`);
    const positive = (name: string, value: unknown): number => {
      if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
      throw invalid(`${field}.${name}`, value, 'must be positive');
    };
    if (!Number.isSafeInteger(cacheSize) || (cacheSize as number) < 0) {
      throw invalid(`${field}.cacheSize`, cacheSize, 'must not be negative');
    }
    const size = (cacheSize as number) || usualCacheSize;
    return { type: known, qps: positive('qps', qps), burst: positive('burst', burst), cacheSize: size };
  });
}

export function nodeSelectors(told: JsonObject): NodeSelectors {
  part(told, '', ['podNodeSelectorPluginConfig']);
  const said = Object.entries(
    part(told, 'podNodeSelectorPluginConfig', Object.keys(told.podNodeSelectorPluginConfig ?? {})),
  );
  return new Map(
    said.map(([namespace, text]): [string, LabelMap] => {
      const selector = typeof text === 'string' ? labelMapOf(text) : undefined;
      if (selector) return [namespace, selector];
      throw invalid(`podNodeSelectorPluginConfig.${namespace}`, text, 'it must be a list such as env=test,zone=a');
    }),
  );
}

export function tolerations(told: JsonObject): ClusterTolerations {
  checkKind(told, 'Configuration', 'podtolerationrestriction.admission.k8s.io', ['v1alpha1']);
  part(told, '', [...typeMeta, 'default', 'whitelist']);
  const listed = (field: string): Toleration[] =>
    objects(told, field).map(toleration => {
      part(toleration, '', ['key', 'operator', 'value', 'effect', 'tolerationSeconds']);
      return toleration as Toleration;
    });
  return { default: listed('default'), whitelist: listed('whitelist') };
}
