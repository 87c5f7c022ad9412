/** PUT: the object as the body says it. */
import { conflict, StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { CacheEntry } from '../cache/entry.js';
import { type Answer, type Call, type Environment, named, shown } from './call.js';
import { createObject } from './create.js';
import { dryRunOf, readObject } from './decode.js';
import { placeObject } from './metadata.js';
import { ownCreated, ownUpdated, withOwners } from './ownership.js';
import { uidMismatch } from './refusals.js';
import { type Part, replace } from './replace.js';

/** Kinds that a PUT creates where they do not exist: in Kubernetes, those whose writers own the name. */
const createdByUpdate = new Set([
  'leases',
  'endpoints',
  'events',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
]);

export async function update(env: Environment, call: Call, part: Part): Promise<Answer> {
  const dryRun = dryRunOf(call.query, 'UpdateOptions');
  const object = await readObject(call, 'UpdateOptions');
  placeObject(call.row, call.info, object);
  const pristine = JSON.stringify(object);
  // The first attempt takes the decoded object; should it be stale, the next ones start from a fresh copy.
  let first: AnyObject | undefined = object;
  const writing = withOwners(env, call, 'UpdateOptions');
  const next = (current: CacheEntry): AnyObject => {
    const given = first ?? (JSON.parse(pristine) as AnyObject);
    first = undefined;
    ownUpdated(writing, given, current.object);
    return given;
  };
  try {
    const outcome = await replace(env, call, part, dryRun, next);
    return shown(call, 200, outcome.entry, outcome.revision);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
    const { uid } = (JSON.parse(pristine) as AnyObject).metadata;
    // Whoever means an object that is gone hears that it changed, as one who is late does.
    if (uid) throw conflict(named(call.row, call.info.name), uidMismatch(uid, undefined));
    if (!creates(call, part)) throw error;
    const created = JSON.parse(pristine) as AnyObject;
    delete created.metadata.resourceVersion;
    ownCreated(writing, created);
    const outcome = await createObject(env, call, created, dryRun);
    return shown(call, 201, outcome.entry, outcome.revision);
  }
}

const creates = (call: Call, part: Part): boolean => part === 'object' && createdByUpdate.has(call.row.plural);
