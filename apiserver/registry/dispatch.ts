/** From verb and subresource to the function that does it. Everything a kind does not have is refused here. */
import type { RequestInfo } from '../contracts.js';
import type { Answer, Call, Environment } from './call.js';
import { computed } from './computed.js';
import { create } from './create.js';
import { remove, removeAll } from './delete.js';
import { evict } from './eviction/evict.js';
import { get } from './get.js';
import { list } from './list.js';
import { patch } from './patch.js';
import { methodNotAllowed, unknownPath } from './refusals.js';
import { answerToken, bindPod, bindPosted, getScale, patchScale, putScale } from './subresources.js';
import { update } from './update.js';
import { watch } from './watch.js';

export type Verb = (env: Environment, call: Call) => Answer | Promise<Answer>;

const main: Readonly<Record<string, Verb>> = {
  get: (env, call) => computed(env, call) ?? get(env, call),
  list: (env, call) => computed(env, call) ?? list(env, call),
  watch,
  create,
  update: (env, call) => update(env, call, 'object'),
  patch: (env, call) => patch(env, call, 'object'),
  delete: remove,
  deletecollection: removeAll,
};

const subresources: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  status: {
    get,
    update: (env, call) => update(env, call, 'status'),
    patch: (env, call) => patch(env, call, 'status'),
  },
  approval: {
    get,
    update: (env, call) => update(env, call, 'approval'),
    patch: (env, call) => patch(env, call, 'approval'),
  },
  ephemeralcontainers: {
    get,
    update: (env, call) => update(env, call, 'ephemeralcontainers'),
    patch: (env, call) => patch(env, call, 'ephemeralcontainers'),
  },
  resize: {
    get,
    update: (env, call) => update(env, call, 'resize'),
    patch: (env, call) => patch(env, call, 'resize'),
  },
  finalize: { update: (env, call) => update(env, call, 'finalize') },
  scale: { get: getScale, update: putScale, patch: patchScale },
  binding: { create: bindPod },
  eviction: { create: evict },
  token: { create: answerToken },
};

/** Throws NotFound and MethodNotAllowed for what does not exist, and then what the verb throws. */
export function dispatch(env: Environment, call: Call): Answer | Promise<Answer> {
  const { row, info } = call;
  checkScope(call);
  if (info.subresource === '') {
    const verb = row.verbs.includes(info.verb) ? main[info.verb] : undefined;
    if (!verb || isNamed(info) !== needsName.has(info.verb)) throw methodNotAllowed();
    return row.kind === 'Binding' ? bindPosted(env, call) : verb(env, call);
  }
  const offered = (row.subresources as readonly string[]).includes(info.subresource);
  const verbs = offered ? subresources[info.subresource] : undefined;
  if (!verbs) throw unknownPath();
  const verb = verbs[info.verb];
  if (!verb) throw methodNotAllowed();
  return verb(env, call);
}

const acrossNamespaces = new Set(['list', 'watch', 'deletecollection']);

function checkScope({ row, info }: Call): void {
  if (!row.namespaced) {
    if (info.namespace !== '' && info.resource !== 'namespaces') throw unknownPath();
  } else if (info.namespace === '') {
    if (info.verb === 'deletecollection' || info.verb === 'create' || info.verb === '') throw methodNotAllowed();
    if (!acrossNamespaces.has(info.verb)) throw unknownPath();
  }
}

const needsName = new Set(['get', 'update', 'patch', 'delete']);

/** The name of a list or a watch is that of a field selector: its path names nothing. */
const isNamed = ({ verb, name }: RequestInfo): boolean => name !== '' && !acrossNamespaces.has(verb);
