/** ContainerStatus of one container, from what the runtime shows and what the kubelet is waiting for. Pure. */
import { timestamp } from '../../api/clock.js';
import type { Container, ContainerState, ContainerStatus, VolumeMount } from '../../api/types.js';
import type { ContainerSeen } from '../pods/seen.js';
import { isReadOnlyBelow } from '../volumes/volumes.js';

export interface ContainerFacts {
  /** Newest first, all of this name. */
  seen: readonly ContainerSeen[];
  /** Why it is not (yet, or again) started. */
  waiting?: { reason: string; message?: string };
  /** The startup probe and the postStart hook are through. */
  started: boolean;
  ready: boolean;
  /** What the API has from before, for what the runtime has forgotten. */
  before: ContainerStatus | undefined;
  imageOfVolume: (volume: string) => string | undefined;
}

export interface StatusContext {
  /** 'containerd://' */
  idPrefix: string;
  /** When nothing else is known: ContainerCreating, or PodInitializing. */
  defaultWaiting: string;
  /** The pod is not to be started any more. */
  ending: boolean;
  /** In bytes: what each container of the pod may say at its end. */
  longestMessage: number;
}

/** A pod's containers share so much for their last words. */
const lastWordsBytes = 12 * 1024;

export const longestMessage = (containers: number): number => Math.floor(lastWordsBytes / Math.max(1, containers));

export function containerStatus(spec: Container, facts: ContainerFacts, context: StatusContext): ContainerStatus {
  const [newest, previous] = facts.seen;
  if (!newest) return unseen(spec, facts, context);
  const restarts = newest.attempt;
  const waits =
    newest.state === 'created' || (newest.state === 'exited' && facts.waiting !== undefined && !context.ending);
  const state = waits ? waitingState(facts, context) : stateOf(newest, context);
  // While it waits for its restart, the end that made it wait is the last state.
  const ended = newest.state === 'exited' && waits ? newest : previous;
  const running = newest.state === 'running';
  return {
    name: spec.name,
    state,
    lastState: ended?.state === 'exited' ? stateOf(ended, context) : {},
    ready: running && facts.ready,
    started: running && facts.started,
    restartCount: restarts,
    image: newest.image || (spec.image ?? ''),
    imageID: newest.imageId,
    containerID: `${context.idPrefix}${newest.id}`,
    ...mountsOf(spec, facts),
  };
}

function mountsOf(
  { volumeMounts = [] }: Container,
  { imageOfVolume }: ContainerFacts,
): Pick<ContainerStatus, 'volumeMounts'> {
  if (volumeMounts.length === 0) return {};
  const readOnly = (m: VolumeMount): object =>
    m.readOnly ? { readOnly: true, recursiveReadOnly: isReadOnlyBelow(m) ? 'Enabled' : 'Disabled' } : {};
  const image = ({ name }: VolumeMount): object => {
    const imageRef = imageOfVolume(name);
    return imageRef === undefined ? {} : { volumeStatus: { image: { imageRef } } };
  };
  return {
    volumeMounts: volumeMounts.map(m => ({ name: m.name, mountPath: m.mountPath, ...readOnly(m), ...image(m) })),
  };
}

/** The runtime has no such container: it was not made yet, or what is left of it is in the API alone. */
function unseen(spec: Container, facts: ContainerFacts, context: StatusContext): ContainerStatus {
  const { before } = facts;
  if (before && (context.ending || before.state?.terminated)) return { ...lost(before), ready: false, started: false };
  return {
    name: spec.name,
    state: waitingState(facts, context),
    lastState: before?.lastState ?? {},
    ready: false,
    started: false,
    restartCount: before?.restartCount ?? 0,
    image: spec.image ?? '',
    imageID: before?.imageID ?? '',
  };
}

/** What ran when it was last seen, and is nowhere now, has ended in a way that nobody can tell. */
function lost(before: ContainerStatus): ContainerStatus {
  const { running } = before.state ?? {};
  if (!running) return before;
  const terminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    ...(running.startedAt === undefined ? {} : { startedAt: running.startedAt }),
  };
  return { ...before, state: { terminated } };
}

const waitingState = (facts: ContainerFacts, context: StatusContext): ContainerState => ({
  waiting: facts.waiting ?? { reason: context.defaultWaiting },
});

function stateOf(c: ContainerSeen, { idPrefix, longestMessage: longest }: StatusContext): ContainerState {
  const message = Buffer.from(c.message).subarray(0, longest).toString('utf8');
  if (c.state === 'running') return { running: { startedAt: timestamp(c.startedAt) } };
  return {
    terminated: {
      exitCode: c.exitCode,
      reason: c.reason || (c.exitCode === 0 ? 'Completed' : 'Error'),
      ...(message ? { message } : {}),
      startedAt: timestamp(c.startedAt),
      finishedAt: timestamp(c.finishedAt),
      containerID: `${idPrefix}${c.id}`,
    },
  };
}
