/** How an image's layers are found among a containerd's snapshots, and how they are mounted for reading. Pure. */
import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';

/** The name of the snapshot with all of these layers, the lowest first: OCI's chain id. */
export function chainId(diffIds: readonly string[]): string {
  const [lowest = '', ...above] = diffIds;
  const on = (chain: string, layer: string): string =>
    `sha256:${createHash('sha256').update(`${chain} ${layer}`).digest('hex')}`;
  return above.reduce(on, lowest);
}

/** As containerd describes what has to be mounted to see a snapshot. */
export interface SnapshotMount {
  type: string;
  source: string;
  options: readonly string[];
}

/** Of mount(8), and the directory that it has to be called in. */
export interface MountCall {
  args: string[];
  cwd: string;
}

/** Nobody may write to an image, nor run what is in one that is only looked at. */
const readOnly = ['ro', 'noexec'];
const lowerDirs = 'lowerdir=';

export function mountCall({ type, source, options }: SnapshotMount, dir: string): MountCall {
  const layers = options.find(option => option.startsWith(lowerDirs))?.slice(lowerDirs.length);
  const others = options.filter(option => !option.startsWith(lowerDirs) && !readOnly.includes(option));
  const { cwd, text } = layers === undefined ? { cwd: '/', text: [] } : inOneDirectory(layers.split(':'));
  const bind = type === 'bind' ? [] : ['-t', type];
  return { cwd, args: [...bind, '-o', [...others, ...readOnly, ...text].join(','), source, dir] };
}

/** The kernel takes a page of options: the paths of many layers fit only from the directory that they share. */
function inOneDirectory(layers: readonly string[]): { cwd: string; text: string[] } {
  let cwd = dirname(layers[0] ?? '/');
  while (cwd !== '/' && !layers.every(layer => layer.startsWith(`${cwd}/`))) cwd = dirname(cwd);
  return { cwd, text: [`${lowerDirs}${layers.map(layer => relative(cwd, layer)).join(':')}`] };
}
