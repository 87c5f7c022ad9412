/** Writes at start-up, before there are requests: straight through the registry's rules, without admission. */
import { deepEqual } from '../../api/json.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Environment } from '../registry/call.js';
import { beginLife, countGeneration, keepIdentity } from '../registry/metadata.js';
import { ownCreated, writingOf } from '../registry/ownership.js';
import { reserve } from '../registry/reserve.js';
import { change, insert, type Place } from '../registry/write.js';

export function rowOf(env: Environment, object: AnyObject): KindRow {
  const row = env.kinds.rows.find(row => row.kind === object.kind && apiVersionOf(row) === object.apiVersion);
  if (row) return row;
  throw new TypeError(`${object.kind} of ${object.apiVersion} is not served, but a cluster cannot start without it`);
}

/** Creates the object unless it exists. Takes it over. */
export async function ensureExists(env: Environment, object: AnyObject): Promise<void> {
  const place = placeOf(env, object);
  const { row } = place;
  row.defaults?.(object);
  ownCreated(writingOf(row, '', 'kube-apiserver', env.clock.now()), object);
  beginLife(row, object, env.uid(), env.clock.now());
  row.prepareCreate?.(object);
  const reservation = await reserve(env, row, object, undefined, false);
  try {
    await insert(env, place, object);
  } catch (error) {
    await reservation.undo();
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  }
}

/** Creates the object, or gives the existing one these fields. */
export async function ensureFields(env: Environment, object: AnyObject, fields: readonly string[]): Promise<void> {
  const place = placeOf(env, object);
  const { row } = place;
  if (!exists(env, object)) return ensureExists(env, object);
  row.defaults?.(object);
  await change(env, place, current => {
    if (fields.every(field => deepEqual(object[field], current.object[field]))) return { kind: 'keep' };
    const next = current.decode();
    for (const field of fields) next[field] = object[field];
    keepIdentity(next, current.object);
    countGeneration(row, next, current.object);
    return { kind: 'write', object: next };
  });
}

export async function ensureAbsent(env: Environment, object: AnyObject): Promise<void> {
  try {
    await change(env, placeOf(env, object), () => ({ kind: 'remove' }));
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
  }
}

export function exists(env: Environment, object: AnyObject): boolean {
  const { row, namespace, name } = placeOf(env, object);
  return env.lookup.get({ group: row.group, resource: row.plural }, namespace, name) !== undefined;
}

function placeOf(env: Environment, object: AnyObject): Place {
  const { name = '', namespace = '' } = object.metadata;
  return { row: rowOf(env, object), namespace, name, dryRun: false };
}
