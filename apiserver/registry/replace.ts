/**
 * The rules between an object and the one it replaces, for every verb that changes one: PUT, PATCH and their
 * subresources differ only in how they come by the new object, and in which part of it counts.
 */
import type { KindRow } from '../../api/kinds/row.js';
import { validateMeta, validateMetaUpdate } from '../../api/meta/validate.js';
import { conflict, invalid, staleWrite } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { invalidValue } from '../../api/validation/errors.js';
import type { CacheEntry } from '../cache/entry.js';
import { admissionRequest, mutate, validate } from './admission-chain.js';
import { type Call, type Environment, named, namespaceOf, type Reservation } from './call.js';
import { refuseInvalid } from './create.js';
import { deletionComplete } from './deletion-plan.js';
import { countGeneration, keepIdentity } from './metadata.js';
import { keepTimes } from './ownership.js';
import { uidMismatch } from './refusals.js';
import { release, reserve } from './reserve.js';
import { change, type Decision, type Outcome } from './write.js';

/** What a replacement may change: the object, its status, what was decided about it, the finalizers of its spec, or a part of the row's. */
export type Part = 'object' | 'status' | 'approval' | 'finalize' | keyof NonNullable<KindRow['parts']>;

/** Kinds of which no update is accepted that does not say which version it replaces. */
const conditionalOnly = new Set(['poddisruptionbudgets', 'leases']);

/**
 * Replaces the object that the call names by what `next` makes of it; `next` answers an object of its own each time it
 * is called. Throws StatusErrors.
 */
export async function replace(
  env: Environment,
  call: Call,
  part: Part,
  dryRun: boolean,
  next: (current: CacheEntry) => AnyObject | Promise<AnyObject>,
): Promise<Outcome> {
  let reservation: Reservation | undefined;
  const place = { row: call.row, namespace: namespaceOf(call), name: call.info.name, dryRun };
  try {
    const outcome = await change(env, place, async current => {
      await reservation?.undo();
      reservation = undefined;
      const object = await next(current);
      const decision = await judge(env, call, part, dryRun, object, current);
      if (decision.kind === 'write') {
        reservation = await reserve(env, call.row, object, current.object, dryRun);
      }
      return decision;
    });
    if (outcome.revision === undefined) await reservation?.undo();
    else if (outcome.removed) await release(env, call.row, outcome.entry.object);
    else await reservation?.settle();
    return outcome;
  } catch (error) {
    await reservation?.undo();
    throw error;
  }
}

async function judge(
  env: Environment,
  call: Call,
  part: Part,
  dryRun: boolean,
  object: AnyObject,
  current: CacheEntry,
): Promise<Decision> {
  const { row } = call;
  const old = current.object;
  checkVersion(call, object, old);
  const request = admissionRequest(call, { operation: 'UPDATE', dryRun, object, oldObject: old });
  await mutate(env.admission, request);
  keepIdentity(object, old);
  prepare(call, part, object, old);
  if (part !== 'status') countGeneration(row, object, old);
  keepTimes(object, old);
  refuseInvalid(call, complaints(call, part, object, old), object);
  await validate(env.admission, request);
  return deletionComplete(row, object) ? { kind: 'remove' } : { kind: 'write', object };
}

const partOf = (row: KindRow, part: Part) => (part === 'object' ? undefined : row.parts?.[part]);

const complaints = ({ row, info }: Call, part: Part, object: AnyObject, old: AnyObject) => [
  ...validateMeta(row, object),
  ...validateMetaUpdate(object, old),
  ...(row.validateChange?.(object, old) ?? [
    ...(row.validate?.(object) ?? []),
    ...((partOf(row, part) ?? row).validateUpdate?.(object, old, info.subresource) ?? []),
  ]),
];

function prepare({ row }: Call, part: Part, object: AnyObject, old: AnyObject): void {
  const own = partOf(row, part);
  if (own) own.prepare(object, old);
  else if (part === 'status' || part === 'approval') row.prepareStatusUpdate?.(object, old, part);
  else if (part === 'object') row.prepareUpdate?.(object, old);
  else {
    const { spec, metadata } = object;
    const { managedFields: _, ...kept } = old.metadata;
    const { managedFields } = metadata;
    for (const key of Object.keys(object)) delete object[key];
    Object.assign(object, old, { metadata: { ...kept, ...(managedFields ? { managedFields } : {}) }, spec });
  }
}

/** Optimistic concurrency: an object that says its version or uid replaces that one, and no other. */
function checkVersion({ row, info }: Call, object: AnyObject, old: AnyObject): void {
  const { resourceVersion, uid } = object.metadata;
  const about = named(row, info.name);
  if (!resourceVersion) {
    if (conditionalOnly.has(row.plural)) {
      const complaint = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
      throw invalid(row.kind, row.group, info.name, [complaint]);
    }
  } else if (resourceVersion !== old.metadata.resourceVersion) throw staleWrite(about);
  // A patch that names another uid wants to change it, which validation refuses.
  if (info.verb === 'update' && uid && uid !== old.metadata.uid) {
    throw conflict(about, uidMismatch(uid, old.metadata.uid));
  }
}
