/**
 * A Job that says so (ttlSecondsAfterFinished) is deleted, with its pods, so long after it has finished. Whether it is to
 * go is looked at once more, live, before it goes: somebody may have given it more time.
 */
import type { Job } from '../../api/types.js';
import { jobs } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { keyOf, named, nameOf } from '../keys.js';
import { isTerminating } from '../pod-state.js';

/** Timers do not reach much further. */
const longestWaitMs = 24 * 3600_000;

/** When the job is to go; undefined when it is not, or not yet known. Milliseconds since 1970. */
export function expiryOf({ metadata, spec, status }: Job): number | undefined {
  const ttl = spec?.ttlSecondsAfterFinished;
  if (ttl === undefined || metadata.deletionTimestamp) return undefined;
  const end = status?.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  const time = Date.parse(end?.lastTransitionTime ?? '');
  return Number.isNaN(time) ? undefined : time + ttl * 1000;
}

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  workers: 5,
  sources: [{ resource: jobs, keysFor: now => (now && expiryOf(now) !== undefined ? [keyOf(now)] : []) }],

  async reconcile(key, { clock, read, write }) {
    const cached = read.get(jobs, nameOf(key));
    const expiry = cached && expiryOf(cached);
    if (!cached || expiry === undefined) return undefined;
    if (expiry > clock.now()) return { requeueAfterMs: Math.min(expiry - clock.now(), longestWaitMs) };
    const job = await write.getLive(jobs, nameOf(key));
    const live = job && !isTerminating(job) ? expiryOf(job) : undefined;
    if (!job || live === undefined) return undefined;
    if (live > clock.now()) return { requeueAfterMs: Math.min(live - clock.now(), longestWaitMs) };
    const { uid = '', resourceVersion = '' } = job.metadata;
    await write.delete(jobs, named(job), {
      propagationPolicy: 'Foreground',
      preconditions: { uid, resourceVersion },
    });
    return undefined;
  },
};
