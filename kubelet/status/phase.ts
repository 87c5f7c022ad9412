/** The one word that sums a pod up. Pure. */
import type { ContainerStatus } from '../../api/types.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseFacts {
  restartPolicy: string;
  /** Those that run to their end: sidecars have no say. */
  init: readonly ContainerStatus[];
  main: readonly ContainerStatus[];
  /** The pod is to end, whatever its restart policy says. */
  ending: boolean;
}

export function phaseOf({ restartPolicy, init, main, ending }: PhaseFacts): Phase {
  const count = (which: (s: ContainerStatus) => boolean): number => main.filter(which).length;
  const running = count(s => s.state?.running !== undefined);
  const stopped = count(s => s.state?.terminated !== undefined || isBetweenRuns(s));
  const succeeded = count(s => s.state?.terminated?.exitCode === 0);
  const initFailed = init.some(s => (s.state?.terminated?.exitCode ?? 0) !== 0);
  if (initFailed && restartPolicy === 'Never') return 'Failed';
  if (running + stopped < main.length) return 'Pending';
  if (running > 0) return 'Running';
  if (restartPolicy === 'Always' && !ending) return 'Running';
  if (succeeded === main.length) return 'Succeeded';
  return restartPolicy === 'Never' || ending ? 'Failed' : 'Running';
}

/** Waits for its next start, having run before. */
const isBetweenRuns = (s: ContainerStatus): boolean =>
  s.state?.waiting !== undefined && s.lastState?.terminated !== undefined;
