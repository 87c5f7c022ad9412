/** emptyDir: a directory that lives as long as its pod, on disk or in memory. */
import { chmod, chown, mkdir } from 'node:fs/promises';
import * as quantity from '../../api/quantity.js';
import type { Volume } from '../../api/types.js';
import { isMounted, mount } from './mounts.js';

type EmptyDir = NonNullable<Volume['emptyDir']>;

/** Any user of the pod may write; with an fsGroup what is made inside belongs to that group. */
export async function prepareEmptyDir({ medium, sizeLimit }: EmptyDir, dir: string, group?: number): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (medium === 'Memory' && !(await isMounted(dir))) {
    const size = sizeLimit === undefined ? [] : ['-o', `size=${quantity.toNumber(quantity.parse(sizeLimit))}`];
    await mount(['-t', 'tmpfs', ...size, 'tmpfs', dir]);
  } else if (medium && medium !== 'Memory')
    throw new Error(`emptyDir medium ${medium} is not supported by this kubelet`);
  if (group !== undefined) await chown(dir, 0, group);
  await chmod(dir, group === undefined ? 0o777 : 0o2777);
}
