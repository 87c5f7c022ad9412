/** How long a keeper waits before it starts its process again: as the shell's does (shell.ts). Pure. */

/** A life of so long was one. */
const longLifeMs = 60_000;
const longestPauseSeconds = 15;

/** Before the next start, and what to remember: at once the first time, then ever longer. In seconds. */
export function pauseAfter(remembered: number, livedMs: number): { pause: number; remember: number } {
  const pause = livedMs >= longLifeMs ? 0 : remembered;
  return { pause, remember: Math.min(longestPauseSeconds, pause * 2 + 1) };
}
