/** How long to wait after so many failures in a row. Pure. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** base, 2 base, 4 base, ... at most max. `failures` counts from 1. */
export const exponential = ({ baseMs, maxMs }: Backoff, failures: number): number =>
  Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 60));

/** The same, spread over [0.5, 1) of it, so that clients that failed together do not return together. */
export const jittered = (backoff: Backoff, failures: number, random: () => number): number =>
  exponential(backoff, failures) * (0.5 + random() / 2);
