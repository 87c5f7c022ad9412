/** The names of a StatefulSet's pods and claims: they say whose they are, and which. */
import type { Pod, StatefulSet } from '../../api/types.js';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

/** 'web-3' -> ['web', 3]; undefined when it is no such name. */
function parse(name: string): { parent: string; ordinal: number } | undefined {
  const match = /^(.*)-(\d+)$/.exec(name);
  const ordinal = Number(match?.[2]);
  return match && ordinal < 2 ** 31 ? { parent: match[1] as string, ordinal } : undefined;
}

export const isMember = (set: StatefulSet, pod: Pod): boolean =>
  parse(pod.metadata.name ?? '')?.parent === set.metadata.name;

/** -1 for a pod whose name has none. */
export const ordinalOf = (pod: Pod): number => parse(pod.metadata.name ?? '')?.ordinal ?? -1;

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;

export const claimName = (set: StatefulSet, template: string, ordinal: number): string =>
  `${template}-${podName(set, ordinal)}`;

/** The number of the first pod. */
export const startOf = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;
