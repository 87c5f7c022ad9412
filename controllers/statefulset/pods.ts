/** A StatefulSet's pod as it has to be: a stable name and host name, and volumes that are its own claims. Pure. */
import type { Pod, PodTemplateSpec, StatefulSet, Volume } from '../../api/types.js';
import { podFrom } from '../owned-pods.js';
import { revisionHashLabel } from '../revisions/plan.js';
import { claimName, ordinalOf, podIndexLabel, podName, podNameLabel } from './names.js';

export const revisionOf = (pod: Pod): string => pod.metadata.labels?.[revisionHashLabel] ?? '';

/** `template` is that of the revision, which need not be the set's newest. */
export function podOf(
  set: StatefulSet,
  ordinal: number,
  { name: revision, template }: { name: string; template: PodTemplateSpec | undefined },
): Pod {
  const pod = podFrom(template, set);
  const { generateName: _, ...metadata } = pod.metadata;
  const name = podName(set, ordinal);
  const labels = {
    ...metadata.labels,
    [podNameLabel]: name,
    [podIndexLabel]: String(ordinal),
    [revisionHashLabel]: revision,
  };
  const spec = { ...pod.spec, hostname: name, volumes: volumesOf(set, ordinal, pod.spec?.volumes) } as Pod['spec'];
  if (set.spec?.serviceName && spec) spec.subdomain = set.spec.serviceName;
  return { ...pod, metadata: { ...metadata, name, labels }, ...(spec ? { spec } : {}) };
}

/** Claims take the place of volumes that have their names. */
function volumesOf(set: StatefulSet, ordinal: number, volumes: readonly Volume[] = []): Volume[] {
  const templates = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? '');
  const claims = templates.map(name => ({
    name,
    persistentVolumeClaim: { claimName: claimName(set, name, ordinal) },
  }));
  return [...claims, ...volumes.filter(({ name }) => !templates.includes(name))];
}

/** The pod with its identity and its volumes; undefined when it has them. */
export function mended(set: StatefulSet, pod: Pod): Pod | undefined {
  const ordinal = ordinalOf(pod);
  const name = podName(set, ordinal);
  const hasName = pod.metadata.labels?.[podNameLabel] === name;
  const hasClaims = (set.spec?.volumeClaimTemplates ?? []).every(({ metadata }) =>
    pod.spec?.volumes?.some(
      volume =>
        volume.name === metadata?.name &&
        volume.persistentVolumeClaim?.claimName === claimName(set, volume.name, ordinal),
    ),
  );
  if (hasName && hasClaims) return undefined;
  const labels = { ...pod.metadata.labels, [podNameLabel]: name };
  const spec = { ...pod.spec, volumes: volumesOf(set, ordinal, pod.spec?.volumes) } as NonNullable<Pod['spec']>;
  return { ...pod, metadata: { ...pod.metadata, labels }, spec };
}
