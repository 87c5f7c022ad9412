/** A request in another version of its kind: webhooks are shown the version that they know. */
import { clone } from '../../../api/json.js';
import type { KindRow } from '../../../api/kinds/row.js';
import type { AnyObject } from '../../../api/types.js';

const storageOf = (row: KindRow): string => {
  const { group, plural } = row.conversion?.storage ?? row;
  return `${group}/${plural}`;
};

/** The other rows of the same objects. */
export const equivalentsOf = (row: KindRow, rows: readonly KindRow[]): KindRow[] =>
  rows.filter(other => other !== row && storageOf(other) === storageOf(row));

/** A copy of the object as the other row shows it. */
export async function convert(object: AnyObject, from: KindRow, to: KindRow): Promise<AnyObject> {
  const copy = clone(object);
  if (from === to) return copy;
  const stored = from.conversion ? await from.conversion.toStorage(copy) : copy;
  const [shown] = to.conversion ? await to.conversion.fromStorage([stored]) : [stored];
  return clone(shown as AnyObject);
}
