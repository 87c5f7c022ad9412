/**
 * A pod that was to be disrupted (condition DisruptionTarget) and still runs two minutes later was spared after all: the
 * condition is taken back, so that nobody takes a later failure of the pod for that disruption.
 */
import { timestamp } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { keyOf, named, nameOf } from '../keys.js';
import { conditionOf, isActive } from '../pod-state.js';
import { except, isConflict, isNotFound } from '../refusals.js';

const type = 'DisruptionTarget';
const patienceMs = 2 * 60 * 1000;

/** Since when the pod is to go; undefined when it is not, or does. */
export function targetedSince(pod: Pod): number | undefined {
  const condition = conditionOf(pod, type);
  if (condition?.status !== 'True' || !isActive(pod)) return undefined;
  return Date.parse(condition.lastTransitionTime ?? '') || 0;
}

export const staleDisruptionController: Controller = {
  name: 'stale-disruption-controller',
  sources: [{ resource: pods, keysFor: now => (now && targetedSince(now) !== undefined ? [keyOf(now)] : []) }],

  async reconcile(key, { clock, read, write }) {
    const pod = read.get(pods, nameOf(key));
    const since = pod && targetedSince(pod);
    if (!pod || since === undefined) return undefined;
    const left = since + patienceMs - clock.now();
    if (left > 0) return { requeueAfterMs: left };
    const condition = {
      type,
      status: 'False',
      reason: null,
      message: null,
      lastTransitionTime: timestamp(clock.now()),
    };
    const { uid, resourceVersion } = pod.metadata;
    const patch = { metadata: { uid, resourceVersion }, status: { conditions: [condition] } };
    await write
      .patch(pods, named(pod), 'strategic', patch, { subresource: 'status' })
      .catch(except(isNotFound, isConflict));
    return undefined;
  },
};
