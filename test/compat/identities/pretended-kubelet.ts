/** A node without containers, with a kubelet's identity and rights: it says of each of its pods what a kubelet would. */
import { systemClock } from '../../../api/clock.js';
import type { Node, Pod } from '../../../api/types.js';
import { startInformer } from '../../../client/informer/informer.js';
import { loadKubeconfig } from '../../../client/kubeconfig.js';
import { nodes, pods } from '../../../client/resources.js';
import { connect, type RestClient } from '../../../client/rest/index.js';
import { silentLog } from '../../../client/testing/log.js';

const now = (): string => new Date().toISOString();

/** `kubeconfig` is that of system:node:`name`. Ends with the signal. */
export async function pretendNode(name: string, kubeconfig: string, signal: AbortSignal): Promise<void> {
  const client = connect(loadKubeconfig({ path: kubeconfig }));
  signal.addEventListener('abort', () => void client.close());
  await register(client, name);
  const informer = startInformer<Pod>({
    client,
    resource: pods,
    selection: { fieldSelector: `spec.nodeName=${name}` },
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    signal,
  });
  let next = 1;
  informer.onChange(({ now: pod }) => {
    if (pod) react(client, pod, () => `10.244.0.${next++}`).catch(() => undefined);
  });
}

async function register(client: RestClient, name: string): Promise<void> {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} };
  await client.create(nodes, node);
  const allocatable = { cpu: '4', memory: '4Gi', pods: '100' };
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastHeartbeatTime: now(),
    lastTransitionTime: now(),
  };
  const status = { allocatable, capacity: allocatable, conditions: [ready] };
  await client.patch(nodes, { name }, 'strategic', { status }, { subresource: 'status' });
}

const done = { status: { phase: 'Succeeded' } };

/** Runs at once, or is done at once if it may end well, and stops at once when it is to go. What was said already is not said again. */
async function react(client: RestClient, pod: Pod, address: () => string): Promise<void> {
  const { name = '', namespace = '' } = pod.metadata;
  if (pod.metadata.deletionTimestamp) {
    await client.delete(pods, { name, namespace }, { gracePeriodSeconds: 0 });
  } else if (pod.status?.phase === 'Pending' && pod.spec?.restartPolicy === 'OnFailure') {
    await client.patch(pods, { name, namespace }, 'strategic', done, { subresource: 'status' });
  } else if (pod.status?.phase === 'Pending') {
    const ip = address();
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: now() };
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [ready] };
    await client.patch(pods, { name, namespace }, 'strategic', { status }, { subresource: 'status' });
  }
}
