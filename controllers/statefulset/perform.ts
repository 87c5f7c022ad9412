/** The steps of a StatefulSet's plan, taken, with the events that say so. */
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from '../../api/types.js';
import { persistentVolumeClaims, pods } from '../../client/resources.js';
import type { Context, Writer } from '../../client/runtime/controller.js';
import { named } from '../keys.js';
import { except, isAlreadyExists, isConflict, isNamespaceGoing, isNotFound } from '../refusals.js';
import { asError } from '../slow-start.js';
import { claimsOf, isLeaving, withOwners } from './claims.js';
import { ordinalOf } from './names.js';
import type { Step } from './plan.js';
import { mended, podOf } from './pods.js';

export type Templates = Record<'current' | 'update', { name: string; template: PodTemplateSpec | undefined }>;

export async function perform(set: StatefulSet, step: Step, templates: Templates, context: Context): Promise<void> {
  switch (step.do) {
    case 'create':
      return create(set, podOf(set, step.ordinal, templates[step.revision]), context);
    case 'claim':
      return makeClaims(set, step.pod, step.pod, context);
    case 'mend':
      return mend(set, step.pod, context);
    case 'replace': {
      const [type, reason, what] =
        step.pod.status?.phase === 'Failed'
          ? (['Warning', 'RecreatingFailedPod', 'failed'] as const)
          : (['Normal', 'RecreatingTerminatedPod', 'terminated'] as const);
      const { namespace, name } = set.metadata;
      const said = `StatefulSet ${namespace}/${name} is recreating ${what} Pod ${step.pod.metadata.name}`;
      context.write.event(set, type, reason, said);
      return remove(set, step.pod, context);
    }
    case 'scaleDown':
    case 'renew':
      return remove(set, step.pod, context);
  }
}

/** Does it, and tells of it: 'create Pod web-0 in StatefulSet web successful'. */
async function told(set: StatefulSet, verb: string, pod: Pod, context: Context, act: () => Promise<unknown>) {
  const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  const reason = `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`;
  try {
    await act();
    context.write.event(set, 'Normal', `Successful${reason}`, `${what} successful`);
  } catch (error) {
    if (isNamespaceGoing(error)) return;
    // Its name is taken by a pod that the cache does not show yet, or that is somebody else's.
    if (!isAlreadyExists(error) && !isConflict(error)) {
      context.write.event(set, 'Warning', `Failed${reason}`, `${what} failed error: ${asError(error).message}`);
    }
    throw error;
  }
}

const create = (set: StatefulSet, pod: Pod, context: Context): Promise<void> =>
  told(set, 'create', pod, context, async () => {
    await makeClaims(set, pod, undefined, context);
    await context.write.create(pods, pod);
  });

const mend = (set: StatefulSet, pod: Pod, context: Context): Promise<void> =>
  told(set, 'update', pod, context, async () => {
    await makeClaims(set, pod, pod, context);
    const next = mended(set, pod);
    if (next) await context.write.update(pods, next);
  });

const remove = (set: StatefulSet, pod: Pod, context: Context): Promise<void> =>
  told(set, 'delete', pod, context, () =>
    context.write.delete(pods, named(pod), { preconditions: { uid: pod.metadata.uid ?? '' } }),
  );

/** Makes the pod's claims that are missing. Throws while one is on its way out. `existing` is the pod where it exists. */
async function makeClaims(
  set: StatefulSet,
  pod: Pod,
  existing: Pod | undefined,
  { read, write }: Context,
): Promise<void> {
  for (const wanted of claimsOf(set, ordinalOf(pod))) {
    const found = read.get(persistentVolumeClaims, named(wanted));
    if (found && isLeaving(found, existing)) throw new Error(`pvc ${wanted.metadata.name} is being deleted`);
    if (!found) await makeClaim(set, pod, wanted, write);
  }
}

async function makeClaim(set: StatefulSet, pod: Pod, wanted: PersistentVolumeClaim, write: Writer): Promise<void> {
  const what = `create Claim ${wanted.metadata.name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  try {
    await write.create(persistentVolumeClaims, wanted);
    write.event(set, 'Normal', 'SuccessfulCreate', `${what} success`);
  } catch (error) {
    if (isAlreadyExists(error)) return;
    if (isNamespaceGoing(error)) throw error;
    const { message } = asError(error);
    write.event(set, 'Warning', 'FailedCreate', `${what} failed error: ${message}`);
    throw new Error(`failed to create PVC ${wanted.metadata.name}: ${message}`, { cause: error });
  }
}

/** Gives the claims to whom the retention policy says, before a pod that takes its claims along goes. */
export async function settleClaims(
  set: StatefulSet,
  mine: readonly Pod[],
  condemned: readonly Pod[],
  { read, write }: Context,
): Promise<void> {
  for (const pod of mine) {
    const ordinal = ordinalOf(pod);
    for (const { metadata } of claimsOf(set, ordinal)) {
      const found = read.get(persistentVolumeClaims, {
        namespace: metadata.namespace ?? '',
        name: metadata.name ?? '',
      });
      const next = found && withOwners(set, ordinal, found, condemned.includes(pod) ? pod : undefined);
      if (next) await write.update(persistentVolumeClaims, next).catch(except(isNotFound));
    }
  }
}
