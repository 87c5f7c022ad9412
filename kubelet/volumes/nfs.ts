/** NFS: a directory of another machine, mounted by the system's own mount.nfs. */
import { mkdir } from 'node:fs/promises';
import type { Volume } from '../../api/types.js';
import { isMounted, mount } from './mounts.js';

type Nfs = NonNullable<Volume['nfs']>;

/** A server that does not answer is given up after this; the pod's worker then tries again, with its back-off. */
const patienceMs = 60_000;

/** The arguments of mount(8). Pure. */
export function nfsArguments({ server, path, readOnly }: Nfs, options: readonly string[], dir: string): string[] {
  const all = [...(readOnly ? ['ro'] : []), ...options];
  const host = server.includes(':') && !server.startsWith('[') ? `[${server}]` : server;
  return ['-t', 'nfs', ...(all.length > 0 ? ['-o', all.join(',')] : []), `${host}:${path}`, dir];
}

/** Throws with what `mount` printed. What is mounted already is not touched: its server may not answer. */
export async function prepareNfs(nfs: Nfs, options: readonly string[], dir: string): Promise<void> {
  if (await isMounted(dir)) return;
  await mkdir(dir, { recursive: true });
  await mount(nfsArguments(nfs, options, dir), { timeoutMs: patienceMs });
}
