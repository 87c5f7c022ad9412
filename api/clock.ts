import { onAbort } from './on-abort.js';

/** Time, passed in so that tests hold it still. Milliseconds since 1970, as `Date.now()`. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(() => {
        forget?.();
        resolve();
      }, ms);
      const forget =
        signal &&
        onAbort(signal, () => {
          clearTimeout(timer);
          resolve();
        });
    }),
};

/** RFC 3339 with seconds, UTC: how Kubernetes writes metav1.Time. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(ms).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** Many objects are written within one second. */
let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with microseconds, UTC: how Kubernetes writes metav1.MicroTime (Lease, Event). */
export const microTimestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`;
