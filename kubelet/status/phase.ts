/** The one word that sums a pod up. Pure. */
import type { ContainerStatus } from '../../api/types.js';
import { type OwnRestarts, type RestartPolicy, restartsAfter } from '../pods/restart-policy.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseFacts {
  restartPolicy: RestartPolicy;
  /** What containers say for themselves, by their names. */
  own: ReadonlyMap<string, OwnRestarts>;
  /** Those that run to their end: sidecars have no say. */
  init: readonly ContainerStatus[];
  main: readonly ContainerStatus[];
  /** The pod is to end, whatever its restart policy says. */
  ending: boolean;
}

export function phaseOf({ restartPolicy, own, init, main, ending }: PhaseFacts): Phase {
  const comesAgain = (s: ContainerStatus): boolean => {
    const end = s.state?.terminated ?? s.lastState?.terminated;
    return end !== undefined && restartsAfter(end.exitCode, own.get(s.name) ?? {}, restartPolicy);
  };
  const count = (which: (s: ContainerStatus) => boolean): number => main.filter(which).length;
  const running = count(s => s.state?.running !== undefined);
  const stopped = count(s => s.state?.terminated !== undefined || isBetweenRuns(s));
  const succeeded = count(s => s.state?.terminated?.exitCode === 0);
  if (init.some(s => (s.state?.terminated?.exitCode ?? 0) !== 0 && !comesAgain(s))) return 'Failed';
  if (running + stopped < main.length) return 'Pending';
  if (running > 0) return 'Running';
  if (!ending && main.some(comesAgain)) return 'Running';
  return succeeded === main.length ? 'Succeeded' : 'Failed';
}

/** Waits for its next start, having run before. */
const isBetweenRuns = (s: ContainerStatus): boolean =>
  s.state?.waiting !== undefined && s.lastState?.terminated !== undefined;
