/** What `kubectl get pods` shows; STATUS is the one word that says what a pod is busy with, or fails at. */
import { humanDuration } from '../../duration.js';
import type { Container, ContainerState, ContainerStatus, Pod } from '../../types.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';

type Terminated = NonNullable<ContainerState['terminated']>;

const hasCondition = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;

/** An init container that keeps running beside the others (a sidecar). */
export const isRestartableInit = (container: Container | undefined): boolean => container?.restartPolicy === 'Always';

const initContainerNamed = (pod: Pod, name: string): Container | undefined =>
  pod.spec?.initContainers?.find(container => container.name === name);

const howItEnded = ({ reason, signal, exitCode }: Terminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

function initProblem(pod: Pod, status: ContainerStatus, index: number): string {
  const { terminated, waiting } = status.state ?? {};
  if (terminated) return `Init:${howItEnded(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
}

/** An init container that holds the others up no longer: it succeeded, or it is a sidecar that has started. */
const isPassed = (pod: Pod, status: ContainerStatus): boolean =>
  status.state?.terminated?.exitCode === 0 ||
  (isRestartableInit(initContainerNamed(pod, status.name)) && status.started === true);

/** The first init container that is not done says what the pod waits for; undefined when all are. */
function initReason(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const index = statuses.findIndex(status => !isPassed(pod, status));
  return index < 0 ? undefined : initProblem(pod, statuses[index] as ContainerStatus, index);
}

const isRunningAndReady = (status: ContainerStatus): boolean => status.ready && Boolean(status.state?.running);

/** The first container with something to say decides; those that run say nothing. */
function containerReason(pod: Pod, phase: string): string {
  const statuses = pod.status?.containerStatuses ?? [];
  let reason = phase;
  for (const { state } of [...statuses].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = howItEnded(state.terminated);
  }
  if (reason === 'Completed' && statuses.some(isRunningAndReady)) {
    return hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  return reason;
}

/** 'Running', 'Init:0/1', 'CrashLoopBackOff', 'Completed', 'Terminating', ... */
export function podReason(pod: Pod): string {
  const { phase = '', reason: given = '', conditions = [] } = pod.status ?? {};
  if (pod.metadata.deletionTimestamp) {
    if (given === 'NodeLost') return 'Unknown';
    if (phase !== 'Failed' && phase !== 'Succeeded') return 'Terminating';
  }
  const gated = conditions.some(c => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
  const base = gated ? 'SchedulingGated' : given || phase;
  const initializing = initReason(pod);
  if (initializing !== undefined && !hasCondition(pod, 'Initialized')) return initializing;
  return containerReason(pod, initializing ?? base);
}

const sidecarStatuses = (pod: Pod): ContainerStatus[] =>
  (pod.status?.initContainerStatuses ?? []).filter(s => isRestartableInit(initContainerNamed(pod, s.name)));

function ready(pod: Pod): string {
  const sidecars = (pod.spec?.initContainers ?? []).filter(isRestartableInit).length;
  const readySidecars = sidecarStatuses(pod).filter(status => status.started && status.ready).length;
  const waiting = initReason(pod) !== undefined && !hasCondition(pod, 'Initialized');
  const readyContainers = waiting ? 0 : (pod.status?.containerStatuses ?? []).filter(isRunningAndReady).length;
  return `${readyContainers + readySidecars}/${(pod.spec?.containers ?? []).length + sidecars}`;
}

/** '3 (5s ago)': of the containers that matter now, which while initializing are the init containers. */
function restarts(pod: Pod, now: number): string {
  const waiting = initReason(pod) !== undefined && !hasCondition(pod, 'Initialized');
  const statuses = waiting
    ? (pod.status?.initContainerStatuses ?? [])
    : [...sidecarStatuses(pod), ...(pod.status?.containerStatuses ?? [])];
  const total = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const ends = statuses
    .map(status => Date.parse(status.lastState?.terminated?.finishedAt ?? ''))
    .filter(Number.isFinite);
  if (total === 0 || ends.length === 0) return String(total);
  return `${total} (${humanDuration(now - Math.max(...ends))} ago)`;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return none;
  return `${gates.filter(gate => hasCondition(pod, gate.conditionType)).length}/${gates.length}`;
}

export const columns = [
  nameColumn,
  text<Pod>('Ready', ready),
  text<Pod>('Status', podReason),
  text<Pod>('Restarts', restarts),
  ageColumn,
  text<Pod>('IP', pod => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || none, 'wide'),
  text<Pod>('Node', pod => pod.spec?.nodeName || none, 'wide'),
  text<Pod>('Nominated Node', pod => pod.status?.nominatedNodeName || none, 'wide'),
  text<Pod>('Readiness Gates', readinessGates, 'wide'),
];
