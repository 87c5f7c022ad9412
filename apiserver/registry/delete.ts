/** DELETE, of one object or of all that are selected. What it does to an object is decided in deletion-plan.ts. */
import { StatusError } from '../../api/status.js';
import type { DeleteOptions } from '../../api/types.js';
import { admissionRequest, mutate, validate } from './admission-chain.js';
import { type Answer, type Call, type Environment, json, namespaceOf, shown, shownList } from './call.js';
import { type Deleting, readDeleteOptions } from './delete-options.js';
import { planDeletion } from './deletion-plan.js';
import { selectPage } from './list.js';
import { release } from './reserve.js';
import { change, type Outcome, type Place } from './write.js';

export async function remove(env: Environment, call: Call): Promise<Answer> {
  const options = await readDeleteOptions(call);
  return answerOf(call, await deleteObject(env, call, call.info.name, options));
}

/** Says what became of the object: gone (a Status), or on its way (the object as it is now). */
function answerOf(call: Call, { entry, removed, revision }: Outcome): Answer {
  if (!removed) return shown(call, 200, entry, revision);
  const { row } = call;
  const details = {
    name: entry.name,
    ...(row.group === '' ? {} : { group: row.group }),
    kind: row.plural,
    uid: entry.object.metadata.uid,
  };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, revision);
}

/** Throws NotFound, Conflict (preconditions) and what admission throws. */
export async function deleteObject(env: Environment, call: Call, name: string, options: Deleting): Promise<Outcome> {
  const { row } = call;
  const place: Place = { row, namespace: namespaceOf(call), name, dryRun: options.dryRunAll };
  const outcome = await change(env, place, async current => {
    const oldObject = current.object;
    const { dryRun } = place;
    const { dryRunAll: _, ...asked } = options;
    const shownOptions = { ...asked, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' };
    const request = admissionRequest(call, { operation: 'DELETE', dryRun, oldObject, options: shownOptions });
    await mutate(env.admission, request);
    await validate(env.admission, request);
    const plan = planDeletion(row, oldObject, options as DeleteOptions, env.clock.now());
    if (plan.kind === 'mark') return { kind: 'write', object: plan.object };
    return plan.kind === 'remove' ? { kind: 'remove' } : { kind: 'keep' };
  });
  if (outcome.removed && outcome.revision !== undefined) await release(env, row, outcome.entry.object);
  return outcome;
}

/** Deletions at a time: enough to share commits, not so many that other requests wait behind them. */
const atOnce = 64;

export async function removeAll(env: Environment, call: Call): Promise<Answer> {
  const options = await readDeleteOptions(call);
  const { entries, head } = await selectPage(env, call);
  for (let i = 0; i < entries.length; i += atOnce) {
    await Promise.all(entries.slice(i, i + atOnce).map(entry => deleteListed(env, call, entry, options)));
  }
  await call.representation.prepare?.(entries);
  return shownList(call, entries, head);
}

/** An object of a list that is gone by the time it is deleted is no error. */
async function deleteListed(
  env: Environment,
  call: Call,
  entry: { namespace: string; name: string },
  options: Deleting,
): Promise<void> {
  const at: Call = { ...call, info: { ...call.info, namespace: entry.namespace, name: entry.name } };
  try {
    await deleteObject(env, at, entry.name, options);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
  }
}
