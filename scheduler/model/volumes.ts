/** The claims behind a pod's volumes. */
import type { Pod, Volume } from '../../api/types.js';

/** Of an ephemeral volume: its claim is named after pod and volume. */
export const claimName = ({ metadata }: Pod, volume: Volume): string | undefined =>
  volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${metadata.name}-${volume.name}` : undefined);

/** 'namespace/name', each once. */
export function claimsOf(pod: Pod): string[] {
  const names = (pod.spec?.volumes ?? []).flatMap(volume => claimName(pod, volume) ?? []);
  return [...new Set(names)].map(name => `${pod.metadata.namespace ?? ''}/${name}`);
}
