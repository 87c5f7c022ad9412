/** Deletes all objects of a kind whose definition goes. */
import type { KindRow } from '../../api/kinds/row.js';
import { StatusError } from '../../api/status.js';
import type { CacheEntry } from '../cache/entry.js';
import type { Environment } from '../registry/call.js';
import { planDeletion } from '../registry/deletion-plan.js';
import { change } from '../registry/write.js';

const atOnce = 64;

/** Answers how many are still there: those that finalizers hold. */
export async function emptyOut(env: Environment, row: KindRow): Promise<number> {
  await env.cache.fresh();
  const entries = [...env.cache.resource(row).all()];
  for (let i = 0; i < entries.length; i += atOnce) {
    await Promise.all(entries.slice(i, i + atOnce).map(entry => deleteOne(env, row, entry)));
  }
  await env.cache.fresh();
  return env.cache.resource(row).size;
}

async function deleteOne(env: Environment, row: KindRow, { namespace, name }: CacheEntry): Promise<void> {
  try {
    await change(env, { row, namespace, name, dryRun: false }, current => {
      const plan = planDeletion(row, current.object, {}, env.clock.now());
      if (plan.kind === 'mark') return { kind: 'write', object: plan.object };
      return plan.kind === 'remove' ? { kind: 'remove' } : { kind: 'keep' };
    });
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
  }
}
