/**
 * Run inside a lab's network: times the bare calls of the runtime that make sixty pods, and sixty pods of a replication
 * controller; leaves fifty of them behind. The argument is the runtime's socket. Prints JSON.
 */
import { availableParallelism } from 'node:os';
import { systemClock } from '../api/clock.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { replicationControllers } from '../client/resources.js';
import { connect } from '../client/rest/index.js';
import { connectCri } from '../kubelet/cri/connect.js';
import type { ContainerConfig, SandboxConfig } from '../kubelet/cri/types.js';
import { startsPerCore } from '../kubelet/kubelet.js';
import { Limit } from '../kubelet/limit.js';
import { controllerOf, namespace, untilPods } from './ready.js';

const count = 60;
const left = 50;
const none = { labels: {}, annotations: {} };

/** What the kubelet asks for of such a pod, without its cgroups, volumes and files. */
const sandbox = (i: number): SandboxConfig => ({
  ...none,
  metadata: { name: `bare-${i}`, namespace: 'bench', uid: `bare-${i}`, attempt: 0 },
  linux: { securityContext: { namespaceOptions: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } } },
});
const container: ContainerConfig = {
  ...none,
  metadata: { name: 'c', attempt: 0 },
  image: { image: 'orrery.local/busybox:1' },
  command: ['sleep', '3600'],
  linux: {},
};

/** As many at a time as the kubelet makes, and in its order. */
async function makeBare(socket: string): Promise<number> {
  const cri = connectCri(socket);
  const limit = new Limit(startsPerCore * availableParallelism(), systemClock, 60_000);
  const one = async (i: number): Promise<string> => {
    const id = await limit.run(() => cri.runPodSandbox(sandbox(i)));
    await limit.runAhead(async () => cri.startContainer(await cri.createContainer(id, container, sandbox(i))));
    return id;
  };
  const began = performance.now();
  const ids = await Promise.all(Array.from({ length: count }, (_, i) => one(i)));
  const seconds = (performance.now() - began) / 1000;
  for (const id of ids) {
    await cri.stopPodSandbox(id);
    await cri.removePodSandbox(id);
  }
  cri.close();
  return seconds;
}

const bareSeconds = await makeBare(process.argv[2] ?? '');
const client = connect(loadKubeconfig());
const began = performance.now();
await client.create(replicationControllers, controllerOf(count));
const sixtyPodsSeconds = ((await untilPods(client, ready => ready >= count)) - began) / 1000;
await client.patch(replicationControllers, { namespace, name: 'bench' }, 'merge', { spec: { replicas: left } });
await untilPods(client, (ready, all) => ready === left && all === left);
await client.close();
console.log(JSON.stringify({ bareSeconds, sixtyPodsSeconds }));
