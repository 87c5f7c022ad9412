/**
 * The steps of a path into an object, in the form in which they travel: 'f:NAME' a field, 'k:{...}' the item of a list
 * with these keys, 'v:VALUE' the item of a set, 'i:INDEX' an item by its place.
 */
import { canonicalText, isObject, type JsonObject, own } from '../json.js';
import type { ListType } from './type.js';

const fieldElements = new Map<string, string>();
/** Names of fields repeat all the time; those of maps may be anything, so not all are kept. */
const mostKept = 4096;

export function fieldElement(name: string): string {
  let element = fieldElements.get(name);
  if (element === undefined) {
    element = `f:${name}`;
    if (fieldElements.size < mostKept) fieldElements.set(name, element);
  }
  return element;
}
export const indexElement = (index: number): string => `i:${index}`;

/** Why an item has no place in a list whose items have an identity. */
export class NoIdentity extends Error {}

/** How this item of the list is told apart. Throws NoIdentity. */
export function itemElement(list: ListType, item: unknown, index: number): string {
  if (list.identity === 'atomic') return indexElement(index);
  return list.identity === 'map' ? keyElement(list, item) : valueElement(item);
}

function keyElement(list: ListType, item: unknown): string {
  if (item === null) throw new NoIdentity('associative list with keys may not have a null element');
  if (!isObject(item)) throw new NoIdentity('associative list with keys may not have non-map elements');
  const pairs = list.keys.map(key => {
    const value = own(item, key) ?? list.defaultOf?.(key);
    if (value !== undefined && value !== null) return `${JSON.stringify(key)}:${canonicalText(value)}`;
    throw new NoIdentity(
      `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`,
    );
  });
  return `k:{${pairs.join()}}`;
}

function valueElement(item: unknown): string {
  if (item === null) throw new NoIdentity("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new NoIdentity('not supported: associative list with lists as elements');
  if (isObject(item)) throw new NoIdentity("associative list without keys has an element that's a map type");
  return `v:${JSON.stringify(item)}`;
}

/** The element in the form that all of this uses (keys sorted); undefined for what is none. */
export function canonicalElement(element: string): string | undefined {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return element;
  if (element.startsWith('i:')) return /^-?\d{1,15}$/.test(rest) ? element : undefined;
  if (!element.startsWith('k:') && !element.startsWith('v:')) return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    if (element.startsWith('k:') && !isObject(value)) return undefined;
    return element.slice(0, 2) + canonicalText(value);
  } catch {
    return undefined;
  }
}

/** As messages write it: '.spec', '[name="web"]', '[="x"]', '[0]'. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonObject);
  return `[${keys.map(([name, value]) => `${name}=${canonicalText(value)}`).join()}]`;
}

const ranks = 'fkvi';

/** Fields first, then keys, values and places; each in its own order. */
export function compareElements(a: string, b: string): number {
  const byRank = ranks.indexOf(a.charAt(0)) - ranks.indexOf(b.charAt(0));
  if (byRank !== 0) return byRank;
  if (a.startsWith('f:')) return order(a, b);
  const [left, right] = [JSON.parse(a.slice(2)), JSON.parse(b.slice(2))] as unknown[];
  if (!isObject(left) || !isObject(right)) return order(left, right);
  const names = [Object.keys(left), Object.keys(right)] as const;
  for (const [index, name] of names[0].entries()) {
    const found = order(name, names[1][index]) || order(left[name], right[name]);
    if (found !== 0) return found;
  }
  return names[0].length - names[1].length;
}

const order = (a: unknown, b: unknown): number => {
  if (a === b) return 0;
  if (b === undefined) return 1;
  if (typeof a === typeof b) return (a as number) < (b as number) ? -1 : 1;
  return typeof a < typeof b ? -1 : 1;
};
