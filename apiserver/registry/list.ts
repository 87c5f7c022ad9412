/**
 * GET of many objects. From the cache, when it still holds what the list is of: its current state, or an older one that
 * nothing of this resource has changed since. Else the store is asked for the state as of that revision.
 */
import { expired, statusError } from '../../api/status.js';
import { Compacted, FutureRevision } from '../../storage/store.js';
import type { CacheEntry } from '../cache/entry.js';
import { type Filter, matches } from '../cache/filter.js';
import type { ListHead } from '../cache/representation.js';
import type { ResourceCache } from '../cache/resource-cache.js';
import { type Answer, type Call, type Environment, shownList } from './call.js';
import { decodeToken, encodeToken } from './continue-token.js';
import { type ListOptions, parseListOptions } from './list-options.js';
import { filterOf } from './selection.js';
import { entryOf } from './write.js';

/** Entries read from the store at a time, when a selector may leave few of them. */
const storePage = 500;

interface Selected {
  entries: readonly CacheEntry[];
  revision: number;
  /** There is more after these. */
  more: boolean;
  /** How much more, where that is known without looking. */
  remaining?: number;
}

interface Wanted {
  filter: Filter;
  /** Absent: the current state. */
  revision?: number;
  after: string;
  /** 0 is no limit. */
  limit: number;
}

export async function list(env: Environment, call: Call): Promise<Answer> {
  const options = parseListOptions(call.query, false);
  const filter = filterOf(call, options);
  const selected = await select(env, call, options, filter);
  await call.representation.prepare?.(selected.entries);
  await call.representation.prepareList?.(selected.entries);
  return shownList(call, selected.entries, headOf(selected));
}

/** What a deletecollection deletes: what a list with the same options shows; with a limit, a page of it. */
export async function selectPage(
  env: Environment,
  call: Call,
): Promise<{ entries: readonly CacheEntry[]; head: ListHead }> {
  const options = parseListOptions(call.query, false);
  const selected = await select(env, call, options, filterOf(call, options));
  return { entries: selected.entries, head: headOf(selected) };
}

/** What matches now. The test may read objects in a version that a webhook makes: then that is waited for. */
async function selectFrom(resource: ResourceCache, filter: Filter, after = ''): Promise<readonly CacheEntry[]> {
  for (;;) {
    const waiting = filter.view?.prepare(resource.all(filter.namespace));
    if (!waiting) return resource.select(filter, after);
    await waiting;
  }
}

function headOf({ entries, revision, more, remaining }: Selected): ListHead {
  const last = entries.at(-1);
  if (!more || !last) return { resourceVersion: String(revision) };
  return {
    resourceVersion: String(revision),
    continue: encodeToken({ revision, after: last.path }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}

async function select(env: Environment, call: Call, options: ListOptions, filter: Filter): Promise<Selected> {
  const { limit } = options;
  if (options.continue !== '') {
    const { revision, after } = decodeToken(options.continue);
    if (revision >= 0) return at(env, call, { filter, revision, after, limit });
    await env.cache.fresh();
    return fromCache(env, call, { filter, after, limit });
  }
  const version = options.resourceVersion;
  if (version === '') await env.cache.fresh();
  else if (exact(options)) return at(env, call, { filter, revision: Number(version), after: '', limit });
  else if (version !== '0') await env.cache.atLeast(Number(version));
  // A list from "whatever the cache has" is given whole, as Kubernetes' does: its informers count on it.
  return fromCache(env, call, { filter, after: '', limit: version === '0' ? 0 : limit });
}

/** A page of a stated revision is that revision's, even where the request does not say so. */
const exact = ({ resourceVersion, resourceVersionMatch, limit }: ListOptions): boolean =>
  resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && resourceVersion !== '0' && limit > 0);

async function fromCache(env: Environment, call: Call, wanted: Wanted): Promise<Selected> {
  const { filter, revision, after, limit } = wanted;
  const found = await selectFrom(env.cache.resource(call.row), filter, after);
  const entries = limit > 0 ? found.slice(0, limit) : found;
  const remaining = found.length - entries.length;
  const selected = { entries, revision: revision ?? env.cache.revision, more: remaining > 0 };
  return filter.test === undefined && remaining > 0 ? { ...selected, remaining } : selected;
}

async function at(env: Environment, call: Call, wanted: Wanted & { revision: number }): Promise<Selected> {
  const { revision } = wanted;
  if (revision > env.cache.revision) await env.cache.atLeast(revision);
  if (env.cache.resource(call.row).changedAt <= revision) return fromCache(env, call, wanted);
  try {
    return await fromStore(env, call, wanted);
  } catch (error) {
    if (error instanceof Compacted) throw gone(wanted, env.cache.revision);
    if (error instanceof FutureRevision) throw statusError('Timeout', `Too large resource version: ${revision}`);
    throw error;
  }
}

async function fromStore(env: Environment, call: Call, wanted: Wanted & { revision: number }): Promise<Selected> {
  const { filter, revision, limit } = wanted;
  const root = env.cache.prefixOf(call.row);
  const prefix = filter.namespace === '' ? root : `${root}${filter.namespace}/`;
  const entries: CacheEntry[] = [];
  for (let after = wanted.after === '' ? undefined : root + wanted.after; ; ) {
    const page = await env.store.list(prefix, {
      revision,
      limit: storePage,
      ...(after === undefined ? {} : { after }),
    });
    const found = page.entries.map(stored => entryOf(stored.key.slice(root.length), stored));
    await filter.view?.prepare(found);
    after = page.entries.at(-1)?.key;
    for (const entry of found) {
      if (!matches(filter, entry)) continue;
      if (limit > 0 && entries.length === limit) return { entries, revision, more: true };
      entries.push(entry);
    }
    if (!page.more || page.entries.length === 0) return { entries, revision, more: false };
  }
}

/** 410, with a way on for those who do not need one consistent list. */
function gone({ after }: Wanted, current: number) {
  if (after === '') return expired(`The resourceVersion for the provided list is too old.`);
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.status.metadata = { resourceVersion: String(current), continue: encodeToken({ revision: -1, after }) };
  return error;
}
