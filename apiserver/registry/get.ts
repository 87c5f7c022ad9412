/** GET of one object: its bytes from the cache, as fresh as the request wants. */
import { invalid, notFound } from '../../api/status.js';
import { invalidValue } from '../../api/validation/errors.js';
import type { CacheEntry } from '../cache/entry.js';
import { viewOf } from '../cache/version-view.js';
import { whenKnown } from '../when-known.js';
import { type Answer, type Call, type Environment, named, namespaceOf, shown } from './call.js';
import { pathOf } from './write.js';

/** Answered at once where nothing has to be waited for: this is what clients ask most. */
export function get(env: Environment, call: Call): Answer | Promise<Answer> {
  return whenKnown(find(env, call), entry => shown(call, 200, entry));
}

/** The object that the call names, in its version, with every acknowledged write in it. Throws NotFound. */
export function find(env: Environment, call: Call): CacheEntry | Promise<CacheEntry> {
  return whenKnown(freshEnough(env, call.query.get('resourceVersion') ?? ''), () => held(env, call));
}

function freshEnough(env: Environment, version: string): unknown {
  if (version === '') return env.cache.fresh();
  return version === '0' ? undefined : env.cache.atLeast(parseVersion(version));
}

function held(env: Environment, call: Call): CacheEntry | Promise<CacheEntry> {
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
