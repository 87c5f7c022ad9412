/** Colours for the words that say how something fares; on a terminal only, and never with NO_COLOR (no-color.org). */
const good = /^(Running|Ready|Active|Bound|Completed|Succeeded|True|Available)$/;
const bad = /^(.*BackOff|Err.*|.*Error|Failed|OOMKilled|NotReady.*|Unknown|Evicted|InvalidImageName|Lost|Warning)$/;
const passing = /^(Pending|Terminating|ContainerCreating|PodInitializing|Init:.*|Unschedulable|SchedulingDisabled)$/;

export type Paint = (cell: string, padded: string) => string;

export const plain: Paint = (_, padded) => padded;

export const paintStatus: Paint = (cell, padded) => {
  const word = cell.trim();
  if (good.test(word)) return `\x1b[32m${padded}\x1b[0m`;
  if (bad.test(word)) return `\x1b[31m${padded}\x1b[0m`;
  return passing.test(word) ? `\x1b[33m${padded}\x1b[0m` : padded;
};

export const paintFor = (out: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint =>
  out.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? paintStatus : plain;
