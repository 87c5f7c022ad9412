/** Writes down, on the Secret that a token lies in, the day on which the token was last used. */
import { put } from '../../api/json.js';
import { statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { type LegacyClaims, lastUsedLabel } from '../auth/tokens/legacy.js';
import type { Environment } from '../registry/call.js';
import { change } from '../registry/write.js';

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A request does not wait for it; a write that fails comes again with the next use, and `failed` is told. */
export function legacyUseRecorder(env: Environment, failed: (error: unknown) => void): (claims: LegacyClaims) => void {
  const writing = new Set<string>();
  return ({ namespace, secret: name }) => {
    const day = dayOf(env.clock.now());
    const key = `${namespace}/${name}`;
    const secret = env.lookup.get({ group: '', resource: 'secrets' }, namespace, name);
    if (!secret || secret.metadata.labels?.[lastUsedLabel] === day || writing.has(key)) return;
    writing.add(key);
    record(env, namespace, name, day)
      .catch(failed)
      .finally(() => writing.delete(key));
  };
}

async function record(env: Environment, namespace: string, name: string, day: string): Promise<void> {
  const row = env.kinds.rows.find(({ group, plural }) => group === '' && plural === 'secrets');
  if (!row) throw statusError('InternalError', 'secrets are not served');
  await change(env, { row, namespace, name, dryRun: false }, current => {
    const object: AnyObject = current.decode();
    const labels: Record<string, string> = { ...object.metadata.labels };
    put(labels, lastUsedLabel, day);
    object.metadata.labels = labels;
    return { kind: 'write', object };
  });
}
