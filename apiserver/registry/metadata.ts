/** The metadata that only the server may write: identity, times, generation. In place, all of it. */
import { timestamp } from '../../api/clock.js';
import { deepEqual } from '../../api/json.js';
import type { KindRow } from '../../api/kinds/row.js';
import { generatedName } from '../../api/meta/names.js';
import { badRequest } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { RequestInfo } from '../contracts.js';

/** Random characters that follow generateName. */
export const suffixLength = 5;

/**
 * The path says where an object is; the body must not contradict it (BadRequest). It may leave out the namespace, and,
 * where it makes a new object, the path has no name.
 */
export function placeObject(row: KindRow, info: RequestInfo, object: AnyObject): void {
  const meta = object.metadata;
  const name = info.verb === 'create' && info.subresource === '' ? '' : info.name;
  if (name !== '') {
    if (!meta.name) {
      throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
    }
    if (meta.name !== name) {
      throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
    }
  }
  if (!row.namespaced) return;
  meta.namespace ||= info.namespace;
  if (meta.namespace !== info.namespace) {
    throw badRequest(
      name === ''
        ? 'the namespace of the provided object does not match the namespace sent on the request'
        : `the namespace of the object (${meta.namespace}) does not match the namespace on the request (${info.namespace})`,
    );
  }
}

/** Gives the object its name, where it asked for a generated one. */
export function generateName(object: AnyObject, suffix: string): void {
  const meta = object.metadata;
  if (!meta.name && meta.generateName) meta.name = generatedName(meta.generateName, suffix);
}

/** What every new object starts with. `now` in milliseconds. */
export function beginLife(row: KindRow, object: AnyObject, uid: string, now: number): void {
  const meta = object.metadata;
  if (meta.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  meta.uid = uid;
  meta.creationTimestamp = timestamp(now);
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
  if (row.generationOf) meta.generation = 1;
  else delete meta.generation;
}

/** What an update cannot change, whatever the body says. */
export function keepIdentity(object: AnyObject, old: AnyObject): void {
  const [meta, before] = [object.metadata, old.metadata];
  if (!meta.uid && before.uid) meta.uid = before.uid;
  delete meta.selfLink;
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'generation', 'deletionGracePeriodSeconds'] as const) {
    if (before[field] === undefined) delete meta[field];
    else Object.assign(meta, { [field]: before[field] });
  }
}

/** Raises the generation when what it counts has changed. */
export function countGeneration(row: KindRow, object: AnyObject, old: AnyObject): void {
  if (!row.generationOf || deepEqual(row.generationOf(object), row.generationOf(old))) return;
  object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}
