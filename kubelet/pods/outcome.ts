/** Whether a pod's containers are all done, by its restart policy and their own. Sidecars are not asked. */
import { restartsAfter } from './restart-policy.js';
import { latest, type Seen } from './seen.js';
import type { ContainerWant, Want } from './want.js';

/** 'running' is everything that is not over yet, containers that still wait to be started included. */
export function outcome(want: Want, seen: Seen): 'running' | 'succeeded' | 'failed' {
  const exitCode = ({ name }: ContainerWant): number | undefined => {
    const container = latest(seen, name);
    return container?.state === 'exited' ? container.exitCode : undefined;
  };
  const isOver = (c: ContainerWant): boolean => {
    const code = exitCode(c);
    return code !== undefined && !restartsAfter(code, c.restarts ?? {}, want.restartPolicy);
  };
  const init = want.init.filter(c => !c.sidecar);
  if (init.some(c => isOver(c) && exitCode(c) !== 0)) return 'failed';
  if (!want.main.every(isOver)) return 'running';
  return want.main.every(c => exitCode(c) === 0) ? 'succeeded' : 'failed';
}
