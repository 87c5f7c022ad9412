/** The order of a merged list: the patch says the order of what it names, the server keeps that of all else. */
import { canonicalText, isObject, own } from '../json.js';

/**
 * `items` in the order that `wanted` (merge keys, or primitives) gives. Items that it does not name stay where they
 * stood in `server` relative to those that it names; where neither list decides, what the patch names comes first.
 */
export function orderItems(
  items: readonly unknown[],
  server: readonly unknown[],
  wanted: readonly unknown[],
  key: string | undefined,
): unknown[] {
  const asked = placesOf(wanted, key);
  const known = placesOf(server, key);
  const at = (places: ReadonlyMap<string, number>, item: unknown): number => places.get(idOf(item, key)) ?? -1;
  const named = items.filter(item => at(asked, item) >= 0).sort((a, b) => at(asked, a) - at(asked, b));
  const others = items.filter(item => at(asked, item) < 0);
  const result: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const here = at(known, item);
    while (here >= 0 && next < others.length && at(known, others[next]) < here) result.push(others[next++]);
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

const idOf = (item: unknown, key: string | undefined): string =>
  canonicalText(key !== undefined && isObject(item) ? own(item, key) : item);

/** Where each id stands first. */
function placesOf(list: readonly unknown[], key: string | undefined): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const id = idOf(item, key);
    if (!places.has(id)) places.set(id, index);
  }
  return places;
}
