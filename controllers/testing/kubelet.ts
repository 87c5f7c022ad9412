/** What kubelets do to the pods of a test's Cluster: they run them, end them, and take away those that are to go. */
import { timestamp } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import type { Cluster } from './cluster.js';

/** Every pod that is not on its way runs and serves, since now. */
export function runAll(cluster: Cluster): void {
  for (const pod of cluster.all(pods)) {
    if (pod.metadata.deletionTimestamp || (pod.status?.phase ?? 'Pending') !== 'Pending') continue;
    report(cluster, pod, { phase: 'Running', ready: true });
  }
}

export function report(cluster: Cluster, pod: Pod, { phase, ready = false }: { phase: string; ready?: boolean }): void {
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(cluster.now) };
  const spec = { ...pod.spec, nodeName: pod.spec?.nodeName ?? wanted(pod) } as NonNullable<Pod['spec']>;
  cluster.put(pods, { ...pod, spec, status: { ...pod.status, phase, conditions: [condition] } });
}

/** The node that a daemon's pod names; any other goes anywhere. */
const wanted = ({ spec }: Pod): string => {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? 'n1';
};

/** Until nothing changes: the loop works, pods run, and those that are to go are gone. */
export async function live(cluster: Cluster, look: () => void = () => {}): Promise<void> {
  for (let rounds = 0; rounds < 200; rounds++) {
    const before = cluster.writes.length;
    await cluster.settle();
    look();
    runAll(cluster);
    cluster.finishDeletions(pods);
    await cluster.settle();
    look();
    const isQuiet = cluster.all(pods).every(pod => pod.status?.phase && !pod.metadata.deletionTimestamp);
    if (cluster.writes.length === before && isQuiet) return;
  }
  throw new Error(`never comes to rest: ${cluster.writes.slice(-6).join(', ')}`);
}
