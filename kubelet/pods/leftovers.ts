/** Pods of which something is left on this node, by the runtime's labels or by directories on disk. */
import { readdir } from 'node:fs/promises';
import type { Pod } from '../../api/types.js';
import type { KubeletContext } from '../context.js';
import type { PodName } from '../directories.js';
import { graceSecondsOf, podOf } from './labels.js';

/** A stand-in for each: its name, as far as it is known, and the grace that its containers were promised. */
export async function leftovers({ cri, directories }: KubeletContext): Promise<Pod[]> {
  const found = new Map<string, Pod>();
  const add = (name: PodName, graceSeconds: number): void => {
    if (!found.has(name.uid)) found.set(name.uid, standIn(name, graceSeconds));
  };
  for (const { labels, annotations } of await cri.listPodSandbox()) {
    const name = podOf(labels);
    if (name) add(name, graceSecondsOf(annotations));
  }
  for (const { labels } of await cri.listContainers()) {
    const name = podOf(labels);
    if (name) add(name, graceSecondsOf({}));
  }
  for (const directory of await names(directories.logs)) {
    const [namespace = '', name = '', uid] = directory.split('_');
    if (uid) add({ namespace, name, uid }, 0);
  }
  for (const uid of [...(await names(directories.pods)), ...(await names(directories.memory))])
    add({ namespace: '', name: '', uid }, 0);
  return [...found.values()];
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

const standIn = ({ namespace, name, uid }: PodName, graceSeconds: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, uid, deletionGracePeriodSeconds: graceSeconds },
});
