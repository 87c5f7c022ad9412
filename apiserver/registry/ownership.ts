/** Who owns the fields of what is written: metadata.managedFields, kept by every write that comes through the API. */

import type { FieldSet } from '../../api/apply/field-set.js';
import { typesOf } from '../../api/apply/model-types.js';
import { entriesOf, ownersOf, requestedOwners } from '../../api/apply/owners.js';
import { ownersAfterUpdate, sameOwnership, type Writing } from '../../api/apply/update.js';
import { timestamp } from '../../api/clock.js';
import { deepEqual, semanticEqual } from '../../api/json.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { type FieldError, invalid } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { invalidValue, tooLong } from '../../api/validation/errors.js';
import type { Call, Environment } from './call.js';

/** Characters of a manager's name. */
const longestManager = 128;
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** As nearly all programs are called: nothing of it has to be looked at character by character. */
const plainName = /^[\w.-]{1,128}$/;

/** Who writes: as the request says, or the first part of the user agent. Throws Invalid. */
export function managerOf({ query, request }: Call, options: string): string {
  const said = query.get('fieldManager') ?? '';
  const wrong = complaints(said);
  if (wrong.length > 0) throw invalid(options, 'meta.k8s.io', '', wrong);
  return said || agentName(request.headers['user-agent']) || 'unknown';
}

function complaints(manager: string): FieldError[] {
  const wrong: FieldError[] = [];
  if (Buffer.byteLength(manager) > longestManager) wrong.push(tooLong('fieldManager', longestManager));
  let position = 0;
  for (const character of manager) {
    if (unprintable.test(character))
      wrong.push(invalidValue('fieldManager', manager, badCharacter(character, position)));
    position += Buffer.byteLength(character);
  }
  return wrong;
}

function badCharacter(character: string, position: number): string {
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return `invalid character U+${code} (at position ${position})`;
}

/** 'kubectl' of 'kubectl/v1.32.0 (linux/amd64) kubernetes/0000000'. */
function agentName(header: string | string[] | undefined): string {
  const agent = typeof header === 'string' ? header : '';
  const program = agent.slice(0, agent.includes('/') ? agent.indexOf('/') : agent.length);
  if (plainName.test(program)) return program;
  let name = '';
  for (const character of program) {
    if (unprintable.test(character)) continue;
    if (Buffer.byteLength(name) + Buffer.byteLength(character) > longestManager) break;
    name += character;
  }
  return name;
}

const ofStatus: FieldSet = { 'f:status': {} };
const ofObject: FieldSet = { 'f:spec': {}, 'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} } };
const nothing: FieldSet = {};

/** What a write of this part cannot change, and so nobody comes to own by it. */
function resetBy(row: KindRow, subresource: string): FieldSet {
  if (subresource === 'status') return ofObject;
  return row.subresources.includes('status') ? ofStatus : nothing;
}

/** `now` in milliseconds. */
export const writingOf = (row: KindRow, subresource: string, manager: string, now: number): Writing => ({
  type: typesOf(row),
  apiVersion: apiVersionOf(row),
  subresource,
  manager,
  now: timestamp(now),
  ignored: resetBy(row, subresource),
});

/** The creator owns all that it set; entries that the body brings along are kept, where they can be read. In place. */
export function ownCreated(writing: Writing, object: AnyObject): void {
  track(writing, {}, object, undefined);
}

/** Who writes owns what it changes; `live` is the object as it was. In place. */
export function ownUpdated(writing: Writing, object: AnyObject, live: AnyObject): void {
  track(writing, live, object, live.metadata.managedFields);
}

function track(
  writing: Writing,
  before: object,
  object: AnyObject,
  live: AnyObject['metadata']['managedFields'],
): void {
  const asked = object.metadata.managedFields;
  if (asked !== undefined) object.metadata = withoutOwners(object.metadata);
  const { metadata } = object;
  // Through a subresource nobody sets them.
  const owners = writing.subresource === '' ? requestedOwners(asked, live) : ownersOf(live);
  // An object without owners has been there since before they were kept, or somebody wanted none.
  if (owners.length === 0 && 'metadata' in before) return;
  const after = ownersAfterUpdate(writing, before, object, owners);
  const entries = after === owners && asked === undefined ? live : entriesOf(after);
  if (entries) metadata.managedFields = entries;
}

function withoutOwners({ managedFields: _, ...metadata }: AnyObject['metadata']): AnyObject['metadata'] {
  return metadata;
}

export const withOwners = (env: Environment, call: Call, options: string): Writing =>
  writingOf(call.row, call.info.subresource, managerOf(call, options), env.clock.now());

/** A write that would change nothing but when somebody wrote changes nothing at all. In place. */
export function keepTimes(object: AnyObject, old: AnyObject): void {
  const [now, before] = [object.metadata.managedFields, old.metadata.managedFields];
  if (!now || !before || now === before || now.length !== before.length || deepEqual(now, before)) return;
  if (!sameOwnership(ownersOf(now), ownersOf(before))) return;
  if (semanticEqual(content(object), content(old))) object.metadata = { ...object.metadata, managedFields: before };
}

/** Metadata first: it is small, and mostly what differs. */
const content = ({ metadata, ...rest }: AnyObject) => ({
  metadata: { ...metadata, managedFields: undefined, resourceVersion: undefined },
  ...rest,
});
