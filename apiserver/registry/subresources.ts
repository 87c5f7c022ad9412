/** The subresources whose body is not the object itself: what is posted or put here changes it, or asks about it. */
import type { KindRow } from '../../api/kinds/row.js';
import { subresourceTypes } from '../../api/kinds/subresources.js';
import { badRequest, invalid, statusError } from '../../api/status.js';
import type { AnyObject, Binding } from '../../api/types.js';
import { isApply } from '../http/body.js';
import { admissionRequest, mutate, validate } from './admission-chain.js';
import { applierOf, applyWish, readWish } from './apply.js';
import { bound } from './binding.js';
import { type Answer, type Call, type Environment, json } from './call.js';
import { decodeBody, dryRunOf, readAs } from './decode.js';
import { find } from './get.js';
import { managerOf } from './ownership.js';
import { patcher } from './patch.js';
import { unknownPath } from './refusals.js';
import { scaleOf, scaleUpdated, scaleWriting, writeScale } from './scale.js';
import { change } from './write.js';

export const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

export async function getScale(env: Environment, call: Call): Promise<Answer> {
  return json(200, scaleOf(call.row, (await find(env, call)).object));
}

export async function putScale(env: Environment, call: Call): Promise<Answer> {
  const scale = await readAs(call, subresourceTypes.scale, 'UpdateOptions');
  nameAgrees(call, scale);
  const writing = scaleWriting(managerOf(call, 'UpdateOptions'), env.clock.now());
  return writeScale(env, call, dryRunOf(call.query, 'UpdateOptions'), current => scaleUpdated(writing, current, scale));
}

export async function patchScale(env: Environment, call: Call): Promise<Answer> {
  if (isApply(call.request)) return applyScale(env, call);
  // A custom resource is merged by nobody's schema, and so is its scale not, as in Kubernetes.
  const apply = await patcher(call, call.row.custom ? undefined : subresourceTypes.scale);
  const writing = scaleWriting(managerOf(call, 'PatchOptions'), env.clock.now());
  return writeScale(env, call, dryRunOf(call.query, 'PatchOptions'), current => {
    const scale = decodeBody(call, subresourceTypes.scale, apply(current.scale), 'PatchOptions');
    nameAgrees(call, scale);
    return scaleUpdated(writing, current, scale);
  });
}

async function applyScale(env: Environment, call: Call): Promise<Answer> {
  const type = subresourceTypes.scale;
  const wish = await readWish(call, type, scaleWriting(applierOf(call), env.clock.now()));
  return writeScale(env, call, dryRunOf(call.query, 'PatchOptions'), ({ scale, owners }) => {
    const applied = applyWish(call, wish, scale, owners);
    const wanted = decodeBody(call, type, { value: applied.object, problems: [] }, 'PatchOptions');
    nameAgrees(call, wanted);
    return { scale: wanted, owners: applied.owners };
  });
}

export async function bindPod(env: Environment, call: Call): Promise<Answer> {
  const binding = await readAs(call, kindRow(env, 'bindings'));
  nameAgrees(call, binding);
  return bind(env, call, call.info.name, binding);
}

/** POST bindings: the older way, in which the body alone names the pod. */
export async function bindPosted(env: Environment, call: Call): Promise<Answer> {
  const binding = await readAs(call, call.row);
  if (!binding.metadata.name) throw badRequest('metadata.name must name the pod that is bound');
  return bind(env, call, binding.metadata.name, binding);
}

async function bind(env: Environment, call: Call, name: string, object: AnyObject): Promise<Answer> {
  const wrong = kindRow(env, 'bindings').validate?.(object) ?? [];
  if (wrong.length > 0) throw invalid('Binding', '', name, wrong);
  const binding = object as unknown as Binding;
  const row = kindRow(env, 'pods');
  const dryRun = dryRunOf(call.query, 'CreateOptions');
  const request = admissionRequest(call, { operation: 'CREATE', dryRun, object });
  await mutate(env.admission, request);
  await validate(env.admission, request);
  const place = { row, namespace: call.info.namespace, name, dryRun };
  const outcome = await change(env, place, current => ({
    kind: 'write',
    object: bound(current.object, binding, env.clock.now()),
  }));
  return json(201, success, outcome.revision);
}

/** serviceaccounts/token: the handler makes the token, for the account that is here. */
export async function answerToken(env: Environment, call: Call): Promise<Answer> {
  const { row, info, user } = call;
  const handler = env.createHandlers.get(`${row.plural}/token`);
  if (!handler) throw statusError('ServiceUnavailable', 'this server was started without a key to sign tokens with');
  const object = await readAs(call, subresourceTypes.token);
  const parent = (await find(env, call)).object;
  return json(201, await handler({ row, info, user, object, parent, dryRun: dryRunOf(call.query, 'CreateOptions') }));
}

/** The body may leave the name to the path, but not contradict it. */
export function nameAgrees({ info }: Call, { kind, metadata }: AnyObject): void {
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== info.name) {
    throw badRequest(`the name of the ${kind} (${metadata.name}) does not match the name on the URL (${info.name})`);
  }
}

function kindRow(env: Environment, plural: 'pods' | 'bindings'): KindRow {
  const row = env.kinds.find('', 'v1', plural);
  if (!row) throw unknownPath();
  return row;
}
