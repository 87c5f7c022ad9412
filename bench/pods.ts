/** Run inside a lab's network: times ten pods of a replication controller, then replacements. Prints JSON. */
import { loadKubeconfig } from '../client/kubeconfig.js';
import { pods, replicationControllers } from '../client/resources.js';
import { connect } from '../client/rest/index.js';
import { controllerOf, isReady, namespace, selector, untilPods } from './ready.js';

const count = 10;
const client = connect(loadKubeconfig());
const began = performance.now();
await client.create(replicationControllers, controllerOf(count));
const untilTen = (excluded?: string): Promise<number> => untilPods(client, ready => ready >= count, excluded);
const tenPodsSeconds = ((await untilTen()) - began) / 1000;
const replacementSeconds: number[] = [];
for (let i = 0; i < 5; i += 1) {
  const victim = (await client.list(pods, selector)).items.find(isReady);
  const killed = performance.now();
  await client.delete(pods, { namespace, name: victim?.metadata.name ?? '' }, { gracePeriodSeconds: 0 });
  replacementSeconds.push(((await untilTen(victim?.metadata.uid)) - killed) / 1000);
}
await client.delete(replicationControllers, { namespace, name: 'bench' }, { propagationPolicy: 'Background' });
await client.close();
console.log(JSON.stringify({ tenPodsSeconds, replacementSeconds }));
