/** What `pause`, `resume` and `restart` change of a workload, or why they do not. Pure. */
import type { AnyObject, Deployment } from '../../api/types.js';
import { Failure } from '../failure.js';

export type Change = 'pause' | 'resume' | 'restart';

/** 'restarted' */
export const doneWords = { pause: 'paused', resume: 'resumed', restart: 'restarted' } as const;
const doingWords = { pause: 'pausing', resume: 'resuming', restart: 'restarting' } as const;

const restartable = new Set(['Deployment', 'DaemonSet', 'StatefulSet']);
const restartedAt = 'kubectl.kubernetes.io/restartedAt';

/** A strategic merge patch. `type` is the kind as messages name it: 'deployments.apps'. */
export function changing(change: Change, object: AnyObject, type: string, now: number): unknown {
  const { name = '' } = object.metadata;
  const refuse = (why: string): never => {
    throw new Failure(`${type} "${name}" ${why}`);
  };
  const isApps = object.apiVersion === 'apps/v1';
  const { paused = false, template } = (object as Deployment).spec ?? {};
  if (change === 'restart') {
    if (!isApps || !restartable.has(object.kind)) refuse('restarting is not supported');
    if (paused) refuse("can't restart paused deployment (run rollout resume first)");
    const time = new Date(now).toISOString().replace(/\.\d+/, '');
    if (template?.metadata?.annotations?.[restartedAt] === time)
      throw new Failure(
        `failed to create patch for ${name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
      );
    return { spec: { template: { metadata: { annotations: { [restartedAt]: time } } } } };
  }
  if (!isApps || object.kind !== 'Deployment') refuse(`${doingWords[change]} is not supported`);
  if (paused === (change === 'pause')) refuse(change === 'pause' ? 'is already paused' : 'is not paused');
  return { spec: { paused: change === 'pause' ? true : null } };
}
