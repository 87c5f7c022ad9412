/**
 * Kubernetes' KubeSchedulerConfiguration, as far as this scheduler has what it speaks of. What it does not have is refused
 * by name: a setting that is ignored would be a surprise later. Pure.
 */
import { ConfigError, list, number, text } from '../../api/config-fields.js';
import { isObject, type JsonObject } from '../../api/json.js';
import { readArguments } from './arguments.js';
import { defaultProfile, type Profile } from './profile.js';

export { ConfigError } from '../../api/config-fields.js';

export interface SchedulerConfig {
  profiles: readonly Profile[];
  /** Of pods that found no node, in ms. */
  backoff: { baseMs: number; maxMs: number };
}

export const defaultConfig: SchedulerConfig = { profiles: [defaultProfile], backoff: { baseMs: 1000, maxMs: 10_000 } };

const apiVersion = 'kubescheduler.config.k8s.io/v1';
/** How the process connects and who leads is this program's own affair: said or not, it is the same. */
const ignored = new Set(['apiVersion', 'kind', 'parallelism', 'leaderElection', 'clientConnection']);

/** Throws a ConfigError. */
export function readSchedulerConfig(value: unknown): SchedulerConfig {
  if (!isObject(value) || value.apiVersion !== apiVersion || value.kind !== 'KubeSchedulerConfiguration')
    throw new ConfigError(`it should be a KubeSchedulerConfiguration of ${apiVersion}`);
  const known = new Set([
    ...ignored,
    'profiles',
    'extenders',
    'percentageOfNodesToScore',
    'podInitialBackoffSeconds',
    'podMaxBackoffSeconds',
  ]);
  for (const field of Object.keys(value)) if (!known.has(field)) throw new ConfigError(`${field} is not supported`);
  if (list(value.extenders, 'extenders').length > 0)
    throw new ConfigError('extenders are not supported: this scheduler asks no other server about a pod');
  const percentage = number(value.percentageOfNodesToScore, 'percentageOfNodesToScore', 0, 100) ?? 0;
  const written = list(value.profiles, 'profiles');
  const profiles = (written.length > 0 ? written : [{}]).map((profile, i) =>
    readProfile(profile, `profiles[${i}]`, percentage),
  );
  const names = profiles.map(({ schedulerName }) => schedulerName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ConfigError(`two profiles have the schedulerName "${twice}"`);
  return { profiles, backoff: readBackoff(value) };
}

function readBackoff(value: JsonObject): SchedulerConfig['backoff'] {
  const { backoff } = defaultConfig;
  const seconds = (field: string, otherwise: number): number => {
    const said = number(value[field], field, 1, 3600);
    return said === undefined ? otherwise : said * 1000;
  };
  const baseMs = seconds('podInitialBackoffSeconds', backoff.baseMs);
  const maxMs = seconds('podMaxBackoffSeconds', Math.max(baseMs, backoff.maxMs));
  if (maxMs < baseMs) throw new ConfigError('podMaxBackoffSeconds should be no less than podInitialBackoffSeconds');
  return { baseMs, maxMs };
}

function readProfile(value: unknown, path: string, percentage: number): Profile {
  if (!isObject(value)) throw new ConfigError(`${path} should be an object`);
  for (const field of Object.keys(value))
    if (!['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'].includes(field))
      throw new ConfigError(`${path}.${field} is not supported`);
  const own = number(value.percentageOfNodesToScore, `${path}.percentageOfNodesToScore`, 0, 100);
  return {
    ...readPlugins(value.plugins, `${path}.plugins`),
    schedulerName: text(value.schedulerName, `${path}.schedulerName`) ?? defaultProfile.schedulerName,
    percentageOfNodesToScore: own ?? percentage,
    args: readArguments(value.pluginConfig, `${path}.pluginConfig`),
  };
}

type Plugins = Pick<Profile, 'withoutFilters' | 'weights' | 'preempts'>;

/** What each extension point is about, of those that can be set. */
const points: Record<string, readonly ('filter' | 'score' | 'preemption')[]> = {
  multiPoint: ['filter', 'score', 'preemption'],
  preFilter: ['filter'],
  filter: ['filter'],
  postFilter: ['preemption'],
  preScore: ['score'],
  score: ['score'],
};

const filterNames = [
  ...['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit'],
  ...['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone', 'PodTopologySpread', 'InterPodAffinity'],
];
const preemption = 'DefaultPreemption';
const scoreNames = Object.keys(defaultProfile.weights);
/** Plugins that are always there, and can only be named. */
const builtIn = ['PrioritySort', 'SchedulingGates', 'DefaultBinder'];
const allNames = new Set([...filterNames, ...scoreNames, preemption, ...builtIn]);

function readPlugins(value: unknown, path: string): Plugins {
  const without = new Set<string>();
  const weights: Record<string, number> = { ...defaultProfile.weights };
  let { preempts } = defaultProfile;
  if (value !== undefined && !isObject(value)) throw new ConfigError(`${path} should be an object`);
  for (const [point, sets] of Object.entries(value ?? {})) {
    const about = points[point];
    if (!about || !isObject(sets))
      throw new ConfigError(`${path}.${point} cannot be set here: ${Object.keys(points).join(', ')} can`);
    for (const name of namesOf(sets.disabled, `${path}.${point}.disabled`)) {
      const isMeant = (one: string): boolean => name === '*' || name === one;
      if (about.includes('filter')) for (const one of filterNames.filter(isMeant)) without.add(one);
      if (about.includes('score')) for (const one of scoreNames.filter(isMeant)) weights[one] = 0;
      if (about.includes('preemption') && isMeant(preemption)) preempts = false;
    }
    for (const [i, name] of namesOf(sets.enabled, `${path}.${point}.enabled`).entries()) {
      if (about.includes('filter')) without.delete(name);
      if (about.includes('preemption') && name === preemption) preempts = true;
      if (!about.includes('score') || !scoreNames.includes(name)) continue;
      const entry = list(sets.enabled, '')[i] as JsonObject;
      weights[name] =
        number(entry.weight, `${path}.${point}.enabled[${i}].weight`, 0, 1000) || (defaultProfile.weights[name] ?? 1);
    }
  }
  return { withoutFilters: without, weights, preempts };
}

function namesOf(value: unknown, path: string): string[] {
  return list(value, path).map((entry, i) => {
    const name = isObject(entry) ? text(entry.name, `${path}[${i}].name`) : undefined;
    if (name === undefined || (name !== '*' && !allNames.has(name)))
      throw new ConfigError(
        `${path}[${i}]: there is no plugin "${name ?? ''}" here (there are ${[...allNames].join(', ')})`,
      );
    return name;
  });
}
