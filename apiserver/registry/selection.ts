/** From selectors to the question that the cache answers. */

import type { Selector } from '../../api/selectors/index.js';
import {
  checkSelectable,
  parseFieldSelector,
  parseLabelSelector,
  selectableFields,
} from '../../api/selectors/index.js';
import type { CacheEntry } from '../cache/entry.js';
import type { Filter } from '../cache/filter.js';
import { viewOf } from '../cache/version-view.js';
import { type Call, namespaceOf } from './call.js';
import type { ListOptions } from './list-options.js';

type Fields = ReturnType<typeof parseFieldSelector>;

/** Throws BadRequest for selectors that cannot be read, and fields that the kind does not offer. */
export function filterOf(call: Call, { labelSelector, fieldSelector }: ListOptions): Filter {
  const namespace = namespaceOf(call);
  if (labelSelector === '' && fieldSelector === '') return { namespace, exact: new Map() };
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector);
  checkSelectable(call.row, fields);
  const said = sayings(fields);
  const place = said.get('metadata.namespace');
  return {
    // A namespace that contradicts the path's is left to the test, which nothing then passes.
    namespace: namespace === '' && call.row.namespaced && place ? place : namespace,
    name: said.get('metadata.name'),
    exact: exactValues(labels, call.row.conversion ? new Map() : said),
    test: testOf(call, labels, fields),
    view: fields.requirements.length > 0 ? viewOf(call.row) : undefined,
  };
}

/** What the selector says that fields are: 'spec.nodeName' -> 'n1'. */
const sayings = (fields: Fields): Map<string, string> =>
  new Map(fields.requirements.filter(({ operator }) => operator === '=').map(({ field, value }) => [field, value]));

function exactValues(labels: Selector, fields: ReadonlyMap<string, string>): Map<string, string> {
  const exact = new Map<string, string>();
  for (const { key, operator, values } of labels.requirements) {
    const single = (operator === '=' || operator === 'in') && values.length === 1;
    if (single) exact.set(`labels/${key}`, values[0] as string);
  }
  for (const [field, value] of fields) if (!field.startsWith('metadata.')) exact.set(`fields/${field}`, value);
  return exact;
}

function testOf({ row }: Call, labels: Selector, fields: Fields): (entry: CacheEntry) => boolean {
  const anyFields = fields.requirements.length === 0;
  const shown = viewOf(row)?.of ?? ((entry: CacheEntry) => entry);
  return entry =>
    labels.matches(entry.object.metadata.labels) &&
    (anyFields || fields.matches(selectableFields(row, shown(entry).object)));
}
