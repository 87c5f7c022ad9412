/** The pods of this node as the kubelet's HTTPS server sees them: the view that kubelet/server asks for. */
import type { ContainerView, PodsView, PodView } from '../server/contracts.js';
import type { Pods } from './pods.js';
import { latest, readySandbox, type Seen } from './seen.js';
import type { PodWorker } from './worker.js';

export { Pods } from './pods.js';

export function podsView(pods: Pods): PodsView {
  return {
    find(namespace, name) {
      const named = pods.workers().filter(w => w.pod.metadata.namespace === namespace && w.pod.metadata.name === name);
      // While a deleted pod is still being ended, another may have its name already: the newer one is meant.
      const newest = named.sort((a, b) => createdAt(b) - createdAt(a))[0];
      return newest && viewOf(newest);
    },
    list: () => pods.workers().map(viewOf),
  };
}

const createdAt = (worker: PodWorker): number => Date.parse(worker.pod.metadata.creationTimestamp ?? '') || 0;

function viewOf({ pod, seen }: PodWorker): PodView {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const specs = [...initContainers, ...containers, ...ephemeralContainers];
  const sandbox = readySandbox(seen);
  return {
    pod,
    ...(sandbox ? { sandboxId: sandbox.id } : {}),
    containers: specs.map(spec => containerView(spec.name, pod, seen)),
  };
}

const states = { created: 'waiting', running: 'running', unknown: 'running', exited: 'terminated' } as const;

function containerView(name: string, pod: PodView['pod'], seen: Seen): ContainerView {
  const current = latest(seen, name);
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  const waiting = statuses.find(s => s.name === name)?.state?.waiting;
  const previous = previousOf(name, waiting !== undefined, seen);
  return {
    name,
    state: current && !waiting ? states[current.state] : 'waiting',
    ...(current ? { id: current.id, logPath: current.logPath } : {}),
    ...(waiting?.reason ? { waitingReason: waiting.reason } : {}),
    ...(previous ? { previousLogPath: previous.logPath } : {}),
  };
}

/** The container that status.lastState tells of: while one waits for its restart, that is the newest. */
function previousOf(name: string, waits: boolean, seen: Seen) {
  const [newest, second] = seen.containers.filter(c => c.name === name);
  return waits && newest?.state === 'exited' ? newest : second;
}
