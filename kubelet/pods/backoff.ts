/**
 * The back-off of containers that keep ending (CrashLoopBackOff): the first restart is immediate, then 10 s, doubling
 * to 5 minutes, and forgotten once a container has lasted for 10 minutes, or has got another image.
 */
import type { ContainerSeen } from './seen.js';

export interface RestartBackoff {
  delayMs: number;
  /** When it was last made longer. */
  at: number;
}

/**
 * Every container has it written on itself: neither the kubelet's restart nor the runtime's loses it. It is forgotten
 * when the container that is wanted is another one by now, as of a mended image.
 */
export const backoffOf = (
  { restartDelayMs, createdAt, hash }: ContainerSeen,
  wanted: { hash: string },
): RestartBackoff | undefined =>
  restartDelayMs > 0 && hash === wanted.hash ? { delayMs: restartDelayMs, at: createdAt } : undefined;

const firstMs = 10_000;
const longestMs = 300_000;
const forgottenMs = 2 * longestMs;

/** What holds once the container has been started again at `now`. */
export function afterRestart(before: RestartBackoff | undefined, now: number): RestartBackoff {
  const fresh = !before || now - before.at > forgottenMs;
  return { delayMs: fresh ? firstMs : Math.min(before.delayMs * 2, longestMs), at: now };
}

/** When a container that ended at `finishedAt` may be started again. */
export const restartAt = (backoff: RestartBackoff | undefined, finishedAt: number): number =>
  !backoff || finishedAt - backoff.at > forgottenMs ? finishedAt : finishedAt + backoff.delayMs;

/** 1m20s, 10s: as Go prints durations of whole seconds. */
export function goSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
