/** How far a pod on a hollow node has come, and when it goes on. Pure. */
import type { Pod } from '../../api/types.js';
import { type RestartPolicy, restartsAfter } from '../pods/restart-policy.js';
import type { Life } from './script.js';

export type Stage =
  /** Its containers start at `at`. */
  | { kind: 'starting'; at: number; restarts: number; exit?: Exit }
  | { kind: 'running'; since: number; ready: boolean; restarts: number; exit?: Exit }
  | { kind: 'ended'; restarts: number; exit: Exit };

export interface Exit {
  code: number;
  startedAt: number;
  at: number;
}

/** Of a pod that this process has not met: what its status says goes on, as after a restart of the process. */
export function firstStage(pod: Pod, life: Life, now: number): Stage {
  const [container] = pod.status?.containerStatuses ?? [];
  const since = Date.parse(container?.state?.running?.startedAt ?? '');
  const restarts = container?.restartCount ?? 0;
  if (pod.status?.phase === 'Running' && since) {
    return { kind: 'running', since, ready: container?.ready ?? false, restarts };
  }
  return { kind: 'starting', at: now + life.startMs, restarts };
}

/** When the next stage begins; undefined when nothing more happens by itself. */
export function dueAt(stage: Stage, life: Life): number | undefined {
  switch (stage.kind) {
    case 'starting':
      return stage.at;
    case 'running': {
      const moments = [
        ...(stage.ready ? [] : [stage.since + life.readyMs]),
        ...(life.runMs === undefined ? [] : [stage.since + life.runMs]),
      ];
      return moments.length === 0 ? undefined : Math.min(...moments);
    }
    case 'ended':
      return undefined;
  }
}

/** All that is due by `now`. */
export function advance(pod: Pod, stage: Stage, life: Life, now: number): Stage {
  let current = stage;
  for (let due = dueAt(current, life); due !== undefined && due <= now; due = dueAt(current, life)) {
    const next = nextStage(pod, current, life, due, now);
    if (next === current) return current;
    current = next;
  }
  return current;
}

/** What was slept through (the process was away) begins now, not in the past. */
function nextStage(pod: Pod, stage: Stage, life: Life, due: number, now: number): Stage {
  if (stage.kind === 'starting') {
    const exit = stage.exit ? { exit: stage.exit } : {};
    return { kind: 'running', since: now, ready: life.readyMs === 0, restarts: stage.restarts, ...exit };
  }
  if (stage.kind === 'ended') return stage;
  if (life.runMs === undefined || due < stage.since + life.runMs) return { ...stage, ready: true };
  const exit = { code: life.exitCode, startedAt: stage.since, at: due };
  return restarts(pod, life.exitCode)
    ? { kind: 'starting', at: due + life.restartMs, restarts: stage.restarts + 1, exit }
    : { kind: 'ended', restarts: stage.restarts, exit };
}

/** All containers of such a pod live one life: it is the first one that says whether it comes again. */
const restarts = ({ spec }: Pod, code: number): boolean =>
  restartsAfter(code, spec?.containers[0] ?? {}, (spec?.restartPolicy ?? 'Always') as RestartPolicy);
