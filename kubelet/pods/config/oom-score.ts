/** Who goes first when memory runs out: best effort, then whoever uses most beyond what it asked for. Pure. */
import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import type { Container, Pod } from '../../../api/types.js';
import { qosClass } from './qos.js';
import { containerAmount, inAll } from './requests.js';

/** Of the kernel's scale from -1000, which is never, to 1000. */
const scores = { last: -997, leastBurstable: 3, mostBurstable: 999, first: 1000 };
const nodeCritical = 'system-node-critical';

export function oomScore(pod: Pod, container: Container, nodeMemoryBytes: number): number {
  if (pod.spec?.priorityClassName === nodeCritical) return scores.last;
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return scores.last;
  if (qos === 'BestEffort') return scores.first;
  const asked = requestOf(pod, container) + shareOfRest(pod);
  const score = 1000 - Math.floor((1000 * asked) / nodeMemoryBytes);
  return Math.min(scores.mostBurstable, Math.max(scores.leastBurstable, score));
}

const nanosOf = (container: Container): bigint => containerAmount(container, 'requests', 'memory');
const bytes = (nanos: bigint): number => Number(nanos / 1_000_000_000n);

/** A sidecar is kept for as long as any of the containers that it serves. */
function requestOf({ spec }: Pod, container: Container): number {
  const own = bytes(nanosOf(container));
  const isSidecar = (spec?.initContainers ?? []).some(c => c.name === container.name) && isRestartableInit(container);
  return isSidecar ? Math.max(own, Math.min(...(spec?.containers ?? []).map(c => bytes(nanosOf(c))))) : own;
}

/** What the pod asks for beyond its containers counts for each of them alike. */
function shareOfRest(pod: Pod): number {
  const { resources, containers = [], initContainers = [] } = pod.spec ?? {};
  if (resources === undefined) return 0;
  const rest = bytes(nanosOf({ name: '', resources }) - inAll(pod, nanosOf));
  return Math.max(0, Math.floor(rest / (containers.length + initContainers.filter(isRestartableInit).length)));
}
