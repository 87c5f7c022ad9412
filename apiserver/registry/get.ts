/** GET of one object: its bytes from the cache, as fresh as the request wants. */
import { invalid, notFound } from '../../api/status.js';
import { invalidValue } from '../../api/validation/errors.js';
import type { CacheEntry } from '../cache/entry.js';
import { viewOf } from '../cache/version-view.js';
import { type Answer, type Call, type Environment, named, namespaceOf, shown } from './call.js';
import { pathOf } from './write.js';

export async function get(env: Environment, call: Call): Promise<Answer> {
  return shown(call, 200, await find(env, call));
}

/** The object that the call names, in its version, with every acknowledged write in it. Throws NotFound. */
export async function find(env: Environment, call: Call): Promise<CacheEntry> {
  const version = call.query.get('resourceVersion') ?? '';
  if (version === '') await env.cache.fresh();
  else if (version !== '0') await env.cache.atLeast(parseVersion(version));
  const path = pathOf({ namespace: namespaceOf(call), name: call.info.name });
  const entry = env.cache.resource(call.row).get(path);
  if (!entry) throw notFound(named(call.row, call.info.name));
  return viewOf(call.row)?.show(entry) ?? entry;
}

function parseVersion(text: string): number {
  const version = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(version)) return version;
  const complaint = invalidValue('resourceVersion', text, 'must be a non-negative integer');
  throw invalid('GetOptions', 'meta.k8s.io', '', [complaint]);
}
