/** Whether a pod's containers are all done, by its restart policy. Sidecars are not asked. */
import { latest, type Seen } from './seen.js';
import type { Want } from './want.js';

/** 'running' is everything that is not over yet, containers that still wait to be started included. */
export function outcome(want: Want, seen: Seen): 'running' | 'succeeded' | 'failed' {
  const ended = (name: string) => {
    const container = latest(seen, name);
    return container?.state === 'exited' ? container : undefined;
  };
  const init = want.init.filter(c => !c.sidecar);
  if (want.restartPolicy === 'Never' && init.some(c => (ended(c.name)?.exitCode ?? 0) !== 0)) return 'failed';
  if (want.restartPolicy === 'Always') return 'running';
  const exits = want.main.map(c => ended(c.name));
  if (exits.some(exit => exit === undefined)) return 'running';
  if (exits.every(exit => exit?.exitCode === 0)) return 'succeeded';
  return want.restartPolicy === 'Never' ? 'failed' : 'running';
}
