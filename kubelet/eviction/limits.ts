/** What a pod may keep on disk: of each emptyDir, of itself, and of each of its containers. Pure. */
import * as quantity from '../../api/quantity.js';
import type { Pod } from '../../api/types.js';
import { containerAmount, inAll } from '../pods/config/requests.js';

export interface DiskUse {
  /** emptyDirs on disk, by name. */
  volumes: ReadonlyMap<string, number>;
  /** Layers and logs, by the name of the container. */
  containers: ReadonlyMap<string, number>;
}

export interface OverLimit {
  /** Kubernetes' name in its metrics. */
  signal: 'emptydirfs.limit' | 'ephemeralpodfs.limit' | 'ephemeralcontainerfs.limit';
  message: string;
}

const bytes = (amount: string): number => quantity.toNumber(quantity.parse(amount));
const storage = 'ephemeral-storage';
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, one) => all + one, 0);

const limitedVolumes = ({ spec }: Pod): { name: string; limit: string }[] =>
  (spec?.volumes ?? []).flatMap(({ name, emptyDir }) =>
    emptyDir?.sizeLimit && emptyDir.medium !== 'Memory' ? [{ name, limit: emptyDir.sizeLimit }] : [],
  );

const limitedContainers = ({ spec }: Pod): { name: string; limit: string }[] =>
  (spec?.containers ?? []).flatMap(({ name, resources }) => {
    const limit = resources?.limits?.[storage];
    return limit === undefined ? [] : [{ name, limit }];
  });

/** Whether the pod's disk has to be measured at all. */
export const isDiskLimited = (pod: Pod): boolean => limitedVolumes(pod).length > 0 || limitedContainers(pod).length > 0;

/** The first limit that is exceeded. */
export function overLimit(pod: Pod, { volumes, containers }: DiskUse): OverLimit | undefined {
  const volume = limitedVolumes(pod).find(({ name, limit }) => (volumes.get(name) ?? 0) > bytes(limit));
  if (volume)
    return {
      signal: 'emptydirfs.limit',
      message: `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${volume.limit}". `,
    };
  const total = inAll(pod, c => containerAmount(c, 'limits', storage));
  const used = sum(volumes.values()) + sum(containers.values());
  if (total > 0n && BigInt(used) * 1_000_000_000n > total)
    return {
      signal: 'ephemeralpodfs.limit',
      message: `Pod ephemeral local storage usage exceeds the total limit of containers ${quantity.format({ nanos: total, format: 'BinarySI' })}. `,
    };
  const container = limitedContainers(pod).find(({ name, limit }) => (containers.get(name) ?? 0) > bytes(limit));
  return (
    container && {
      signal: 'ephemeralcontainerfs.limit',
      message: `Container ${container.name} exceeded its local ephemeral storage limit "${container.limit}". `,
    }
  );
}
