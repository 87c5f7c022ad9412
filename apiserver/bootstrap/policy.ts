/** The default roles and bindings, as auth/policy/plan.ts says they are to be written. */
import type { AnyObject } from '../../api/types.js';
import { planPolicy } from '../auth/bootstrap-policy.js';
import type { Environment } from '../registry/call.js';
import { change } from '../registry/write.js';
import { ensureExists, rowOf } from './ensure.js';

export async function writePolicy(env: Environment, wanted: readonly AnyObject[]): Promise<void> {
  const rows = [...new Set(wanted.map(object => rowOf(env, object)))];
  const existing = rows.flatMap(row => [...env.lookup.list({ group: row.group, resource: row.plural })]);
  await Promise.all(
    planPolicy(wanted, existing).map(({ action, object }) =>
      action === 'create' ? ensureExists(env, object) : replace(env, object),
    ),
  );
}

/** Left alone when somebody else changed it since: the next start looks again. */
async function replace(env: Environment, object: AnyObject): Promise<void> {
  const { name = '', namespace = '' } = object.metadata;
  await change(env, { row: rowOf(env, object), namespace, name, dryRun: false }, current =>
    current.object.metadata.resourceVersion === object.metadata.resourceVersion
      ? { kind: 'write', object }
      : { kind: 'keep' },
  );
}
