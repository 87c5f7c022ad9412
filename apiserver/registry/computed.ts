/** Kinds that are never stored: each GET and LIST asks code what there is, and shows it as it shows anything else. */
import { parseLabelSelector } from '../../api/selectors/index.js';
import { notFound } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { CacheEntry } from '../cache/entry.js';
import { matches } from '../cache/filter.js';
import { type Answer, type Call, type Computed, type Environment, named, shown, shownList } from './call.js';
import { parseListOptions } from './list-options.js';
import { filterOf } from './selection.js';

/** The answer to a GET or a LIST; undefined for kinds that are stored. Throws NotFound. */
export function computed(env: Environment, call: Call): Promise<Answer> | undefined {
  const { group, plural } = call.row;
  const source = env.computed.get(group === '' ? plural : `${group}/${plural}`);
  if (!source) return undefined;
  return call.info.verb === 'list' ? list(call, source) : get(call, source);
}

async function get(call: Call, source: Computed): Promise<Answer> {
  const { name, namespace } = call.info;
  const found = (await source({ name, namespace, matches: () => true })).find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
  );
  if (!found) throw notFound(named(call.row, call.info.name));
  return shown(call, 200, entryOf(found));
}

async function list(call: Call, source: Computed): Promise<Answer> {
  const options = parseListOptions(call.query, false);
  const filter = filterOf(call, options);
  const selector = parseLabelSelector(options.labelSelector);
  const asked = { namespace: filter.namespace, name: filter.name ?? '', matches: selector.matches };
  const entries = (await source(asked)).map(entryOf).filter(entry => matches(filter, entry));
  return shownList(call, entries, { resourceVersion: '' });
}

const pathOf = ({ metadata: { name = '', namespace } }: AnyObject): string =>
  namespace ? `${namespace}/${name}` : name;

/** No revision wrote it, so it says none. */
const entryOf = (object: AnyObject): CacheEntry =>
  new CacheEntry(pathOf(object), Buffer.from(JSON.stringify(object)), 0);
