/**
 * Kubernetes' KubeletConfiguration, as far as this kubelet does what it speaks of. What it does not do is refused by name:
 * a setting that is ignored would be a surprise later. Pure.
 */
import { ConfigError, list, number, text } from '../../api/config-fields.js';
import { isObject } from '../../api/json.js';
import { tryParse } from '../../api/quantity.js';
import { millisecondsOf } from './durations.js';
import { type Amounts, readAmounts, thresholdsOf, usualHard } from './eviction.js';

const apiVersion = 'kubelet.config.k8s.io/v1beta1';
const kind = 'KubeletConfiguration';

/** With Kubernetes' names, and its ways to write durations and quantities: what /configz shows. */
export interface KubeletConfiguration {
  kind: string;
  apiVersion: string;
  clusterDNS: string[];
  clusterDomain: string;
  containerLogMaxFiles: number;
  containerLogMaxSize: string;
  containerLogMonitorInterval: string;
  enableSystemLogHandler: boolean;
  evictionHard: Amounts;
  evictionMaxPodGracePeriod: number;
  evictionMinimumReclaim: Amounts;
  evictionPressureTransitionPeriod: string;
  evictionSoft: Amounts;
  evictionSoftGracePeriod: Amounts;
  imageGCHighThresholdPercent: number;
  imageGCLowThresholdPercent: number;
  imageMinimumGCAge: string;
  maxPods: number;
  mergeDefaultEvictionSettings: boolean;
  podPidsLimit: number;
  shutdownGracePeriod: string;
  shutdownGracePeriodByPodPriority?: { priority: number; shutdownGracePeriodSeconds: number }[];
  shutdownGracePeriodCriticalPods: string;
}

type Field = Exclude<keyof KubeletConfiguration, 'kind' | 'apiVersion'>;

export const usualConfiguration: KubeletConfiguration = {
  kind,
  apiVersion,
  clusterDNS: [],
  clusterDomain: 'cluster.local',
  containerLogMaxFiles: 5,
  containerLogMaxSize: '10Mi',
  containerLogMonitorInterval: '10s',
  enableSystemLogHandler: true,
  evictionHard: usualHard,
  evictionMaxPodGracePeriod: 0,
  evictionMinimumReclaim: {},
  evictionPressureTransitionPeriod: '5m',
  evictionSoft: {},
  evictionSoftGracePeriod: {},
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: '2m',
  maxPods: 110,
  mergeDefaultEvictionSettings: false,
  podPidsLimit: -1,
  shutdownGracePeriod: '0s',
  shutdownGracePeriodCriticalPods: '0s',
};

type Reader = (value: unknown, path: string) => unknown;

const most = 2 ** 31 - 1;
const whole =
  (least: number): Reader =>
  (value, path) =>
    number(value, path, least, most);
const percent: Reader = (value, path) => number(value, path, 0, 100);
const duration: Reader = (value, path) => {
  millisecondsOf(value, path);
  return value;
};
const truth: Reader = (value, path) => {
  if (typeof value !== 'boolean') throw new ConfigError(`${path} should be true or false`);
  return value;
};
const size: Reader = (value, path) => {
  if (!tryParse(value)) throw new ConfigError(`${path} should be a quantity such as 10Mi`);
  return String(value);
};
const servers: Reader = (value, path) => {
  const all = list(value, path).map((one, i) => text(one, `${path}[${i}]`));
  if (all.length > 1) throw new ConfigError(`${path}: pods are given one server by this kubelet`);
  return all;
};
const groups: Reader = (value, path) =>
  list(value, path).map((one, i) => {
    if (!isObject(one)) throw new ConfigError(`${path}[${i}] should be an object`);
    const of = (field: string): number => number(one[field], `${path}[${i}].${field}`, -most, most) ?? 0;
    return { priority: of('priority'), shutdownGracePeriodSeconds: of('shutdownGracePeriodSeconds') };
  });
const fixed: Reader = (value, path) => {
  const is = usualConfiguration[path as Field];
  if (value !== is) throw new ConfigError(`${path} is ${is} with this kubelet, and cannot be set`);
  return is;
};

const readers: Record<Field, Reader> = {
  clusterDNS: servers,
  clusterDomain: text,
  containerLogMaxFiles: whole(2),
  containerLogMaxSize: size,
  containerLogMonitorInterval: duration,
  enableSystemLogHandler: truth,
  evictionHard: readAmounts,
  evictionMaxPodGracePeriod: whole(0),
  evictionMinimumReclaim: readAmounts,
  evictionPressureTransitionPeriod: duration,
  evictionSoft: readAmounts,
  evictionSoftGracePeriod: readAmounts,
  imageGCHighThresholdPercent: percent,
  imageGCLowThresholdPercent: percent,
  imageMinimumGCAge: duration,
  maxPods: fixed,
  mergeDefaultEvictionSettings: truth,
  podPidsLimit: whole(-1),
  shutdownGracePeriod: duration,
  shutdownGracePeriodByPodPriority: groups,
  shutdownGracePeriodCriticalPods: duration,
};

/** Throws a ConfigError. */
export function readKubeletConfiguration(value: unknown): KubeletConfiguration {
  if (!isObject(value) || value.apiVersion !== apiVersion || value.kind !== kind)
    throw new ConfigError(`it should be a ${kind} of ${apiVersion}`);
  const read = Object.entries(value).map(([field, said]) => {
    if (field === 'apiVersion' || field === 'kind') return [field, said];
    const reader = readers[field as Field] as Reader | undefined;
    if (!reader) throw new ConfigError(`${field} is not supported by this kubelet`);
    return [field, reader(said, field)];
  });
  const said = { ...usualConfiguration, ...Object.fromEntries(read) } as KubeletConfiguration;
  const { evictionHard, mergeDefaultEvictionSettings: merges } = said;
  // Whoever sets one of them has set all, unless they say otherwise.
  const configuration = merges ? { ...said, evictionHard: { ...usualHard, ...evictionHard } } : said;
  thresholdsOf(configuration);
  const problem = problemOf(configuration);
  if (problem !== undefined) throw new ConfigError(`invalid configuration: ${problem}`);
  return configuration;
}

/** What does not go together. */
function problemOf(c: KubeletConfiguration): string | undefined {
  if (c.imageGCLowThresholdPercent >= c.imageGCHighThresholdPercent)
    return `imageGCLowThresholdPercent ${c.imageGCLowThresholdPercent} must be less than imageGCHighThresholdPercent ${c.imageGCHighThresholdPercent}`;
  return shutdownProblem(c);
}

function shutdownProblem(c: KubeletConfiguration): string | undefined {
  const all = millisecondsOf(c.shutdownGracePeriod, 'shutdownGracePeriod');
  const critical = millisecondsOf(c.shutdownGracePeriodCriticalPods, 'shutdownGracePeriodCriticalPods');
  for (const [name, ms] of [
    ['shutdownGracePeriod', all],
    ['shutdownGracePeriodCriticalPods', critical],
  ] as const)
    if (ms > 0 && ms < 1000) return `${name} ${c[name]} must be either zero or otherwise >= 1 sec`;
  if (critical > all)
    return `shutdownGracePeriodCriticalPods ${c.shutdownGracePeriodCriticalPods} must be <= shutdownGracePeriod ${c.shutdownGracePeriod}`;
  return c.shutdownGracePeriodByPodPriority && all > 0
    ? 'Cannot specify both shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same time'
    : undefined;
}
