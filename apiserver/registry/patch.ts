/** PATCH: a change of whatever the object is now, so it is tried again when that changes meanwhile. */

import type { BodyType } from '../../api/kinds/subresources.js';
import { applyPatch, patchTypes } from '../../api/patch/index.js';
import { mergeSchemaOf } from '../../api/schema/index.js';
import { invalid } from '../../api/status.js';
import { forbiddenField } from '../../api/validation/errors.js';
import { type Body, contentType, isApply, readPatch, unsupportedMediaType } from '../http/body.js';
import { apply as applyTo } from './apply.js';
import { type Answer, type Call, type Environment, shown } from './call.js';
import { decodePatched, dryRunOf } from './decode.js';
import { placeObject } from './metadata.js';
import { ownUpdated, withOwners } from './ownership.js';
import { type Part, replace } from './replace.js';

/** Makes a body of an object, by the request's patch; throws BadRequest, Invalid or UnsupportedMediaType. */
export type Patcher = (original: unknown) => Body;

export async function patch(env: Environment, call: Call, part: Part): Promise<Answer> {
  if (isApply(call.request)) return applyTo(env, call, part);
  const apply = await patcher(call, call.row);
  const writing = withOwners(env, call, 'PatchOptions');
  refuseForce(call);
  const dryRun = dryRunOf(call.query, 'PatchOptions');
  const outcome = await replace(env, call, part, dryRun, current => {
    call.warnings.length = 0;
    const object = decodePatched(call, call.row, apply(current.decode()));
    placeObject(call.row, call.info, object);
    ownUpdated(writing, object, current.object);
    return object;
  });
  return shown(call, 200, outcome.entry, outcome.revision);
}

/** Reads the patch once. `target` is what is patched: without a schema of its own it is not merged strategically. */
export async function patcher(call: Call, target: Pick<BodyType, 'model'> | undefined): Promise<Patcher> {
  const type = contentType(call.request);
  const schema = target && mergeSchemaOf(target);
  refuseUnsupported(type, schema !== undefined);
  const { value, problems } = await readPatch(call.request);
  return original => ({ value: applyPatch(type, original, value, schema), problems });
}

function refuseUnsupported(type: string, strategic: boolean): void {
  const supported: string[] = [patchTypes.json, patchTypes.merge, ...(strategic ? [patchTypes.strategic] : [])];
  supported.push(patchTypes.apply);
  if (!supported.includes(type)) throw unsupportedMediaType(supported);
}

function refuseForce({ query }: Call): void {
  if (!query.has('force')) return;
  throw invalid('PatchOptions', 'meta.k8s.io', '', [
    forbiddenField('force', 'may not be specified for non-apply patch'),
  ]);
}
