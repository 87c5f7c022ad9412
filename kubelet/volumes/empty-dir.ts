/** emptyDir: a directory that lives as long as its pod, on disk or in memory. */
import { chmod, chown, mkdir } from 'node:fs/promises';
import * as quantity from '../../api/quantity.js';
import type { Pod, Volume } from '../../api/types.js';
import { podAmount } from '../pods/config/requests.js';
import { isMounted, mount } from './mounts.js';

type EmptyDir = NonNullable<Volume['emptyDir']>;

/** Of memory: the volume's own limit, unless all of the pod or of the node may have less. In bytes; pure. */
export function memorySize({ sizeLimit }: EmptyDir, pod: Pod, allocatable: string): number {
  const bounds = [quantity.parse(allocatable).nanos, podAmount(pod, 'limits', 'memory')];
  if (sizeLimit !== undefined) bounds.push(quantity.parse(sizeLimit).nanos);
  return Math.min(...bounds.filter(nanos => nanos > 0n).map(nanos => Number(nanos / 1_000_000_000n)));
}

/**
 * Any user of the pod may write; with an fsGroup what is made inside belongs to that group. `memoryBytes`: how much
 * memory it may take, where it lies there.
 */
export async function prepareEmptyDir(
  { medium }: EmptyDir,
  dir: string,
  memoryBytes: number,
  group?: number,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (medium === 'Memory' && !(await isMounted(dir))) {
    await mount(['-t', 'tmpfs', '-o', `size=${memoryBytes}`, 'tmpfs', dir]);
  } else if (medium && medium !== 'Memory')
    throw new Error(`emptyDir medium ${medium} is not supported by this kubelet`);
  if (group !== undefined) await chown(dir, 0, group);
  await chmod(dir, group === undefined ? 0o777 : 0o2777);
}
