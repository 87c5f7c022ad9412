/**
 * MutatingAdmissionWebhook: those that are concerned are asked one after the other, and each sees what the others made of
 * the object. When one changed it, all plug-ins that change things run once more (admission-chain.ts), and the webhooks
 * that asked for it (reinvocationPolicy: IfNeeded) and have not seen the last state are asked again.
 */
import { clone, deepEqual, put } from '../../../api/json.js';
import { kindOf } from '../../../api/kinds/index.js';
import type { KindRow } from '../../../api/kinds/row.js';
import { applyJsonPatch } from '../../../api/patch/json-patch.js';
import { decodeValue } from '../../../api/schema/index.js';
import { StatusError, statusError } from '../../../api/status.js';
import type { AnyObject } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import type { Said, WebhookCaller } from './caller.js';
import { type Hook, type Hooks, isExempt } from './hooks.js';
import { convert } from './versions.js';

/** What has happened to a request so far. */
interface Progress {
  /** Asked already, and to be asked again when others change the object. */
  asked: Set<Hook>;
  /** Those that have not seen a later change. */
  due: Set<Hook>;
  /** The object when the last webhook was done. */
  after: AnyObject;
}

export function mutatingWebhooks(hooks: Hooks, caller: WebhookCaller, rows: () => readonly KindRow[]): AdmissionPlugin {
  const progresses = new WeakMap<AdmissionRequest, Progress>();

  async function run(request: AdmissionRequest, object: AnyObject, before: Progress | undefined): Promise<void> {
    const progress = before ?? { asked: new Set(), due: new Set(), after: object };
    if (before && !deepEqual(before.after, object)) for (const hook of before.asked) before.due.add(hook);
    let changed = false;
    for (const hook of hooks.all()) {
      if (before && !before.due.has(hook)) continue;
      const row = caller.concerned(hook, request);
      const said = row && (await caller.call('admit', hook, request, row));
      if (said && (await patchObject(hook, request, object, said, rows()))) {
        changed = true;
        for (const other of progress.asked) progress.due.add(other);
      }
      progress.due.delete(hook);
      if (said && hook.webhook.reinvocationPolicy === 'IfNeeded') progress.asked.add(hook);
    }
    progresses.set(request, { ...progress, after: clone(object) });
    if (!before && changed) request.again = true;
  }

  return {
    name: 'MutatingAdmissionWebhook',
    handles: request => !isExempt(request.row) && hooks.all().length > 0,
    async mutate(request) {
      const { object } = request;
      if (object) return run(request, object, progresses.get(request));
      // Of a deletion there is nothing to change, but something to say.
      for (const hook of hooks.all()) {
        const row = caller.concerned(hook, request);
        if (row) await caller.call('admit', hook, request, row);
      }
    },
  };
}

/** Changes the object in place; answers whether it is another now. */
async function patchObject(
  hook: Hook,
  request: AdmissionRequest,
  object: AnyObject,
  { judgement, shown }: Said,
  rows: readonly KindRow[],
): Promise<boolean> {
  if (judgement.patch === undefined || !shown.object) return false;
  let patched: AnyObject;
  try {
    patched = await convert(
      decoded(applyJsonPatch(clone(shown.object), judgement.patch), rows),
      shown.row,
      request.row,
    );
  } catch (error) {
    const why = error instanceof StatusError ? error.message : String(error);
    throw statusError('InternalError', `Internal error occurred: admission webhook "${hook.webhook.name}": ${why}`);
  }
  if (deepEqual(patched, object)) return false;
  for (const key of Object.keys(object)) delete object[key];
  for (const [key, value] of Object.entries(patched)) put(object, key, value);
  return true;
}

/** What a patch made must still be of its kind; fields that the kind has not are dropped. */
function decoded(value: unknown, rows: readonly KindRow[]): AnyObject {
  const row = kindOf(value as AnyObject, rows);
  if (!row) return value as AnyObject;
  const { object } = decodeValue(row, value, { fieldValidation: 'Ignore' });
  row.defaults?.(object);
  return object;
}
