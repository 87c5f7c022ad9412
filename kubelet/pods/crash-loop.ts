/** Containers that have ended and may not be started again yet. Pure. */
import { goSeconds, type RestartBackoff, restartAt } from './backoff.js';
import { type ContainerSeen, latest, type Seen } from './seen.js';

export interface HeldBack {
  /** The container that ended last. */
  container: ContainerSeen;
  /** When it may be started again. */
  until: number;
  delayMs: number;
}

/** By container name. */
export function heldBack(
  seen: Seen,
  restarts: ReadonlyMap<string, RestartBackoff>,
  now: number,
): Map<string, HeldBack> {
  const held = new Map<string, HeldBack>();
  for (const [name, backoff] of restarts) {
    const container = latest(seen, name);
    if (container?.state !== 'exited') continue;
    const until = restartAt(backoff, container.finishedAt);
    if (until > now) held.set(name, { container, until, delayMs: backoff.delayMs });
  }
  return held;
}

/** The waiting state of such a container; `pod` is the pod's full name. */
export const crashLoopState = ({ container, delayMs }: HeldBack, pod: string): { reason: string; message: string } => ({
  reason: 'CrashLoopBackOff',
  message: `back-off ${goSeconds(delayMs)} restarting failed container=${container.name} pod=${pod}`,
});
