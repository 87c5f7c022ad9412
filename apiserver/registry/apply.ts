/** PATCH with an apply patch: the body is what somebody wants of the object, and what is not there yet is created. */
import { type Applied, applyConfiguration } from '../../api/apply/apply.js';
import { checkApplied, problemText } from '../../api/apply/check.js';
import { ApplyConflict } from '../../api/apply/conflicts.js';
import { leaf } from '../../api/apply/field-set.js';
import { fieldsLastApplied, followLastApplied, kubectl } from '../../api/apply/last-applied.js';
import { entriesOf, type Owner, ownersOf } from '../../api/apply/owners.js';
import type { Writing } from '../../api/apply/update.js';
import { isObject, type JsonObject } from '../../api/json.js';
import { apiVersionOf } from '../../api/kinds/row.js';
import type { BodyType } from '../../api/kinds/subresources.js';
import { badRequest, conflict, invalid, StatusError, statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { required } from '../../api/validation/errors.js';
import { readYaml } from '../http/body.js';
import { isTrue } from '../http/request-info.js';
import { type Answer, type Call, type Environment, named, shown } from './call.js';
import { createObject } from './create.js';
import { decodePatched, dryRunOf, fieldValidationOf } from './decode.js';
import { placeObject } from './metadata.js';
import { managerOf, writingOf } from './ownership.js';
import { type Part, replace } from './replace.js';

const options = 'PatchOptions';

/** What somebody wants, and how it is applied. */
export interface Wish {
  wanted: JsonObject;
  writing: Writing;
  force: boolean;
}

export async function apply(env: Environment, call: Call, part: Part): Promise<Answer> {
  const { row, info } = call;
  const wish = await readWish(call, row, writingOf(row, info.subresource, applierOf(call), env.clock.now()));
  const dryRun = dryRunOf(call.query, options);
  const warned = [...call.warnings];
  const again = (): void => {
    call.warnings.splice(0, call.warnings.length, ...warned);
  };
  try {
    const outcome = await replace(env, call, part, dryRun, current => {
      again();
      return applied(call, wish, current.decode());
    });
    return shown(call, 200, outcome.entry, outcome.revision);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'NotFound' && part === 'object')) throw error;
    again();
    refuseKnownIdentity(call, wish.wanted);
    const made = applied(call, wish, {});
    delete made.metadata.resourceVersion;
    const outcome = await createObject(env, call, made, dryRun);
    return shown(call, 201, outcome.entry, outcome.revision);
  }
}

/** Who applies must say so. Throws Invalid. */
export function applierOf(call: Call): string {
  if (call.query.get('fieldManager')) return managerOf(call, options);
  throw invalid(options, 'meta.k8s.io', '', [required('fieldManager', 'is required for apply patch')]);
}

/** Throws BadRequest for what is no configuration of this type. */
export async function readWish(call: Call, type: BodyType, writing: Writing): Promise<Wish> {
  const { value, problems } = await readYaml(call.request);
  const mode = fieldValidationOf(call.query, options);
  if (mode === 'Strict' && problems.length > 0) throw badRequest(`error strict decoding YAML: ${problems.join(', ')}`);
  if (mode === 'Warn') call.warnings.push(...problems);
  if (!isObject(value)) throw badRequest('error decoding YAML: an applied configuration must be an object');
  checkKind(type, value);
  return { wanted: value, writing, force: isTrue(call.query.get('force')) };
}

function checkKind(type: BodyType, { apiVersion, kind, metadata }: JsonObject): void {
  const expected = apiVersionOf(type);
  if (apiVersion !== expected || kind !== type.kind) {
    throw badRequest(`invalid object type: ${gvkText(apiVersion, kind)}, want: ${gvkText(expected, type.kind)}`);
  }
  if (isObject(metadata) && metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
}

function gvkText(apiVersion: unknown, kind: unknown): string {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  const groupVersion = text.includes('/') ? text : `/${text}`;
  return `${groupVersion}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

/** The object as it becomes by the wish; `live` is {} where there is none. Throws what `applyWish` throws. */
function applied(call: Call, wish: Wish, live: AnyObject | Record<string, never>): AnyObject {
  const { managedFields, ...metadata } = live.metadata ?? {};
  const bare = live.metadata ? { ...live, metadata } : live;
  const { object, owners } = applyWish(call, wish, bare, ownersOf(managedFields));
  const decoded = decodePatched(call, call.row, { value: object, problems: [] });
  placeObject(call.row, call.info, decoded);
  if (wish.writing.manager === kubectl) followLastApplied(decoded, wish.wanted);
  const entries = entriesOf(owners);
  if (entries) decoded.metadata.managedFields = entries;
  return decoded;
}

/** Throws Conflict, and an error for what the type does not have. */
export function applyWish(call: Call, wish: Wish, live: object, owners: readonly Owner[]): Applied {
  const { wanted, writing, force } = wish;
  const problems = checkApplied(writing.type, wanted);
  if (problems.length > 0) throw untyped(call, wanted, problems);
  try {
    return applyConfiguration(writing, live, wanted, owners, force);
  } catch (error) {
    if (!(error instanceof ApplyConflict)) throw error;
    // Kubectl may take from its own earlier applies, the client's, without being told to use force.
    const allowed = writing.manager === kubectl ? fieldsLastApplied(writing.type, writing.apiVersion, live) : leaf;
    const left = error.less(allowed);
    if (left.conflicts.length > 0) throw left.asStatus();
    return applyConfiguration(writing, live, wanted, owners, true);
  }
}

/** In Kubernetes this is an error that it has no reason for: 500, and the message as it came. */
function untyped({ row, info }: Call, wanted: JsonObject, problems: readonly string[]): StatusError {
  const name = info.namespace === '' || !row.namespaced ? info.name : `${info.namespace}/${info.name}`;
  const what = `(${name}; ${gvkText(wanted.apiVersion, wanted.kind)})`;
  const error = statusError('Unknown', `failed to create typed patch object ${what}: ${problemText(problems)}`);
  delete error.status.reason;
  return error;
}

/** Who says which object they mean does not want another one made. */
function refuseKnownIdentity({ row, info }: Call, { metadata }: JsonObject): void {
  const { uid } = isObject(metadata) ? metadata : {};
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(named(row, info.name), why);
  }
}
