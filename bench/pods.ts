/** Run inside a lab's network: times ten pods of a replication controller, then replacements. Prints JSON. */
import type { Pod, ReplicationController } from '../api/types.js';
import type { Client } from '../client/client.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { pods, replicationControllers } from '../client/resources.js';
import { connect } from '../client/rest/index.js';

const namespace = 'default';
const labels = { app: 'bench' };
const count = 10;

const controller: ReplicationController = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'bench', namespace },
  spec: {
    replicas: count,
    selector: labels,
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'c', image: 'orrery.local/busybox:1', command: ['sleep', '3600'] }],
      },
    },
  },
};

const isReady = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp &&
  (pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false);

/** Watches from now until so many pods are ready, those excluded not counted; answers when that was seen. */
async function untilReady(client: Client, wanted: number, excluded: string): Promise<number> {
  const ended = new AbortController();
  const ready = new Map<string, boolean>();
  const selector = { namespace, labelSelector: 'app=bench' };
  const list = await client.list(pods, selector);
  const take = (pod: Pod, gone: boolean): void =>
    void ready.set(pod.metadata.uid ?? '', !gone && pod.metadata.uid !== excluded && isReady(pod));
  for (const pod of list.items) take(pod, false);
  const enough = (): boolean => [...ready.values()].filter(Boolean).length >= wanted;
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

const client = connect(loadKubeconfig());
const began = performance.now();
await client.create(replicationControllers, controller);
const tenPodsSeconds = ((await untilReady(client, count, '')) - began) / 1000;
const replacementSeconds: number[] = [];
for (let i = 0; i < 5; i += 1) {
  const victim = (await client.list(pods, { namespace, labelSelector: 'app=bench' })).items.find(isReady);
  const killed = performance.now();
  await client.delete(pods, { namespace, name: victim?.metadata.name ?? '' }, { gracePeriodSeconds: 0 });
  replacementSeconds.push(((await untilReady(client, count, victim?.metadata.uid ?? '')) - killed) / 1000);
}
await client.delete(replicationControllers, { namespace, name: 'bench' }, { propagationPolicy: 'Background' });
await client.close();
console.log(JSON.stringify({ tenPodsSeconds, replacementSeconds }));
