/** A hollow pod's status, as a kubelet would write it. Pure. */
import { timestamp } from '../../api/clock.js';
import { isRestartableInit } from '../../api/kinds/pod/columns.js';
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../../api/types.js';
import { conditionsOf } from '../status/conditions.js';
import type { Phase } from '../status/phase.js';
import type { Exit, Stage } from './stage.js';

export interface HollowFacts {
  nodeIP: string;
  podIP: string;
  now: number;
}

export function hollowStatus(pod: Pod, stage: Stage, { nodeIP, podIP, now }: HollowFacts): PodStatus {
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter(isRestartableInit).map(({ name }) => name));
  const begun = stage.kind !== 'starting' || stage.restarts > 0;
  const init = (pod.spec?.initContainers ?? []).map(container =>
    sidecars.has(container.name) ? mainStatus(container, stage) : initStatus(container, begun, now, pod),
  );
  const main = (pod.spec?.containers ?? []).map(container => mainStatus(container, stage));
  const phase = phaseAt(stage);
  const ip = pod.spec?.hostNetwork ? nodeIP : podIP;
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: conditionsOf(pod, { phase, init, sidecars, main, sandboxReady: begun && stage.kind !== 'ended', now }),
    hostIP: nodeIP,
    hostIPs: [{ ip: nodeIP }],
    startTime: pod.status?.startTime ?? timestamp(now),
    ...(pod.status?.qosClass ? { qosClass: pod.status.qosClass } : {}),
    ...(begun ? { podIP: ip, podIPs: [{ ip }] } : {}),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: main,
  };
}

function phaseAt(stage: Stage): Phase {
  if (stage.kind === 'ended') return stage.exit.code === 0 ? 'Succeeded' : 'Failed';
  return stage.kind === 'running' || stage.restarts > 0 ? 'Running' : 'Pending';
}

function mainStatus(container: Container, stage: Stage): ContainerStatus {
  const running = stage.kind === 'running';
  const last = stage.kind !== 'ended' && stage.exit ? { lastState: terminated(stage.exit) } : { lastState: {} };
  return {
    ...common(container),
    ready: running && stage.ready,
    started: running,
    restartCount: stage.restarts,
    state: stateAt(stage),
    ...last,
    ...(running ? { containerID: `hollow://${container.name}-${stage.restarts}` } : {}),
  };
}

function stateAt(stage: Stage): ContainerState {
  if (stage.kind === 'running') return { running: { startedAt: timestamp(stage.since) } };
  if (stage.kind === 'ended') return terminated(stage.exit);
  return { waiting: { reason: stage.restarts > 0 ? 'CrashLoopBackOff' : 'ContainerCreating' } };
}

const terminated = ({ code, startedAt, at }: Exit): ContainerState => ({
  terminated: {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(at),
  },
});

function initStatus(container: Container, done: boolean, now: number, { status }: Pod): ContainerStatus {
  const before = status?.initContainerStatuses?.find(({ name }) => name === container.name);
  if (before?.state?.terminated) return before;
  return {
    ...common(container),
    ready: done,
    restartCount: 0,
    state: done ? terminated({ code: 0, startedAt: now, at: now }) : { waiting: { reason: 'PodInitializing' } },
    lastState: {},
  };
}

/** Nothing is pulled: the image is what its name says. */
const common = ({ image = '', name }: Container): Pick<ContainerStatus, 'name' | 'image' | 'imageID'> => ({
  name,
  image,
  imageID: image,
});
