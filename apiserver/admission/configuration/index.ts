/** The file of `--admission-control-config-file`: apiserver.config.k8s.io/v1 AdmissionConfiguration. */
import { isObject, type JsonObject } from '../../../api/json.js';
import type { LimitedResource } from '../../../api/quota/limited.js';
import { parseYaml } from '../../../api/yaml.js';
import type { EventLimit } from '../optional/event-rate-limit.js';
import type { NodeSelectors } from '../optional/pod-node-selector.js';
import type { ClusterTolerations } from '../optional/pod-toleration-restriction.js';
import type { PodSecurityConfiguration } from '../pod-security/configuration.js';
import { eventLimits, limitedResources, nodeSelectors, podSecurity, tolerations } from './plugins.js';

export interface AdmissionConfiguration {
  podSecurity?: PodSecurityConfiguration;
  limitedResources?: readonly LimitedResource[];
  eventLimits?: readonly EventLimit[];
  nodeSelectors?: NodeSelectors;
  tolerations?: ClusterTolerations;
}

/** What is wrong with the file, where, and what would be right. */
export class AdmissionConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AdmissionConfigError';
  }
}

/** Reads what a plug-in is told, and throws an Error that says what is wrong with it. */
type Reader = (told: JsonObject) => Partial<AdmissionConfiguration>;

const readers: Readonly<Record<string, Reader>> = {
  PodSecurity: told => ({ podSecurity: podSecurity(told) }),
  ResourceQuota: told => ({ limitedResources: limitedResources(told) }),
  EventRateLimit: told => ({ eventLimits: eventLimits(told) }),
  PodNodeSelector: told => ({ nodeSelectors: nodeSelectors(told) }),
  PodTolerationRestriction: told => ({ tolerations: tolerations(told) }),
};

/** `read` reads another file, whose path is as this one says it. Throws AdmissionConfigError, and what `read` throws. */
export async function parseAdmissionConfig(
  text: string,
  path: string,
  read: (path: string) => Promise<string>,
): Promise<AdmissionConfiguration> {
  const document = documentOf(text, path);
  if (document.kind !== 'AdmissionConfiguration' || document.apiVersion !== 'apiserver.config.k8s.io/v1') {
    throw new AdmissionConfigError(`${path}: it must be an AdmissionConfiguration of apiserver.config.k8s.io/v1`);
  }
  const plugins = document.plugins ?? [];
  if (!Array.isArray(plugins)) throw new AdmissionConfigError(`${path}: plugins: it must be a list`);
  const configuration: AdmissionConfiguration = {};
  const seen = new Set<string>();
  for (const [index, plugin] of plugins.entries()) {
    const where = `${path}: plugins[${index}]`;
    const { name, path: other, configuration: inline, ...more } = (isObject(plugin) ? plugin : {}) as JsonObject;
    const unknown = Object.keys(more)[0];
    if (unknown !== undefined) throw new AdmissionConfigError(`${where}: unknown field ${JSON.stringify(unknown)}`);
    if (typeof name !== 'string' || !Object.hasOwn(readers, name) || seen.has(name)) {
      const why =
        typeof name === 'string' && seen.has(name) ? 'it is configured twice' : `it must be one of ${known()}`;
      throw new AdmissionConfigError(`${where}.name: Invalid value: ${JSON.stringify(name)}: ${why}`);
    }
    seen.add(name);
    const told = isObject(inline)
      ? inline
      : typeof other === 'string' && other !== ''
        ? documentOf(await read(other), other)
        : {};
    try {
      Object.assign(configuration, readers[name]?.(told));
    } catch (error) {
      throw new AdmissionConfigError(`${where} (${name}): ${(error as Error).message}`);
    }
  }
  return configuration;
}

const known = (): string => Object.keys(readers).join(', ');

function documentOf(text: string, path: string): JsonObject {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    throw new AdmissionConfigError(`${path}: ${(error as Error).message}`);
  }
  if (isObject(document)) return document;
  throw new AdmissionConfigError(`${path}: it must be an object`);
}
