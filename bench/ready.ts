/** The pods of a replication controller, and the moment at which so many of them are ready. */
import type { Pod, ReplicationController } from '../api/types.js';
import type { Client } from '../client/client.js';
import { pods } from '../client/resources.js';

export const namespace = 'default';
const labels = { app: 'bench' };

export const controllerOf = (replicas: number): ReplicationController => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'bench', namespace },
  spec: {
    replicas,
    selector: labels,
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'c', image: 'orrery.local/busybox:1', command: ['sleep', '3600'] }],
      },
    },
  },
});

export const selector = { namespace, labelSelector: 'app=bench' };

export const isReady = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp &&
  (pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false);

/** Watches from now until the pods, those that are ready and not excluded counted, are as wanted; answers when that was seen. */
export async function untilPods(
  client: Client,
  wanted: (ready: number, all: number) => boolean,
  excluded = '',
): Promise<number> {
  const ended = new AbortController();
  const known = new Map<string, boolean>();
  const list = await client.list(pods, selector);
  const take = (pod: Pod, gone: boolean): void => {
    const uid = pod.metadata.uid ?? '';
    if (gone) known.delete(uid);
    else known.set(uid, uid !== excluded && isReady(pod));
  };
  for (const pod of list.items) take(pod, false);
  const enough = (): boolean => wanted([...known.values()].filter(Boolean).length, known.size);
  if (enough()) return performance.now();
  for await (const { type, object } of client.watch(pods, {
    ...selector,
    resourceVersion: list.metadata.resourceVersion ?? '',
    signal: ended.signal,
  })) {
    take(object, type === 'DELETED');
    if (enough()) break;
  }
  ended.abort();
  return performance.now();
}
