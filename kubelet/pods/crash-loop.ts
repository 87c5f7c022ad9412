/** Containers that have ended and may not be started again yet. Pure. */
import { backoffOf, goSeconds, restartAt } from './backoff.js';
import { type ContainerSeen, latest, type Seen } from './seen.js';
import { mayStartAgain } from './step.js';
import type { Want } from './want.js';

export interface HeldBack {
  /** The container that ended last. */
  container: ContainerSeen;
  /** When it may be started again. */
  until: number;
  delayMs: number;
}

/** By container name. */
export function heldBack(want: Want, seen: Seen, now: number): Map<string, HeldBack> {
  const held = new Map<string, HeldBack>();
  for (const wanted of [...want.init, ...want.main]) {
    const container = latest(seen, wanted.name);
    if (container?.state !== 'exited' || !mayStartAgain(want, wanted, container)) continue;
    const backoff = backoffOf(container, wanted);
    const until = restartAt(backoff, container.finishedAt);
    // An end that is yet to come was told by a clock that has been set back since: how long ago it was nobody knows.
    if (backoff && until > now && container.finishedAt <= now)
      held.set(wanted.name, { container, until, delayMs: backoff.delayMs });
  }
  return held;
}

/** The waiting state of such a container; `pod` is the pod's full name. */
export const crashLoopState = ({ container, delayMs }: HeldBack, pod: string): { reason: string; message: string } => ({
  reason: 'CrashLoopBackOff',
  message: `back-off ${goSeconds(delayMs)} restarting failed container=${container.name} pod=${pod}`,
});
