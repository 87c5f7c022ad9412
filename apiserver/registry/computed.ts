/** Kinds that are never stored: each GET and LIST asks code what there is, and shows it as it shows anything else. */
import { notFound } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { CacheEntry } from '../cache/entry.js';
import { matches } from '../cache/filter.js';
import { type Answer, type Call, type Computed, type Environment, named, shown, shownList } from './call.js';
import { parseListOptions } from './list-options.js';
import { filterOf } from './selection.js';

/** The answer to a GET or a LIST; undefined for kinds that are stored. Throws NotFound. */
export function computed(env: Environment, call: Call): Promise<Answer> | undefined {
  const source = call.row.group === '' ? env.computed.get(call.row.plural) : undefined;
  if (!source) return undefined;
  return call.info.verb === 'list' ? list(call, source) : get(call, source);
}

async function get(call: Call, source: Computed): Promise<Answer> {
  const found = (await source()).find(object => object.metadata.name === call.info.name);
  if (!found) throw notFound(named(call.row, call.info.name));
  return shown(call, 200, entryOf(found));
}

async function list(call: Call, source: Computed): Promise<Answer> {
  const filter = filterOf(call, parseListOptions(call.query, false));
  const entries = (await source()).map(entryOf).filter(entry => matches(filter, entry));
  return shownList(call, entries, { resourceVersion: '' });
}

/** No revision wrote it, so it says none. */
const entryOf = (object: AnyObject): CacheEntry =>
  new CacheEntry(object.metadata.name ?? '', Buffer.from(JSON.stringify(object)), 0);
