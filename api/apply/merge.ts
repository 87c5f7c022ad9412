/** An applied configuration laid over the live object: what it says counts, what it does not say stays. */
import { clone, isObject, type JsonObject, own, put } from '../json.js';
import { identify } from './fields-of.js';
import { type FieldType, fieldTypeOf, type ListType, type MapType, typeFor } from './type.js';

/** The merged value, which shares parts with both; neither is changed. */
export function mergeApplied(type: FieldType, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  if (live === undefined || live === null) return clone(applied);
  const read = typeFor(type, applied ?? live);
  // Nothing, said of what is merged part by part, says nothing of any part.
  if (applied === null && !isWhole(read)) return live;
  if (read.kind === 'map' && !read.atomic && isObject(live) && isObject(applied)) return mergeMaps(read, live, applied);
  if (read.kind === 'list' && read.identity !== 'atomic' && Array.isArray(live) && Array.isArray(applied)) {
    return mergeItems(read, live, applied);
  }
  return clone(applied);
}

const isWhole = (type: ReturnType<typeof typeFor>): boolean =>
  type.kind === 'scalar' || (type.kind === 'map' ? type.atomic : type.identity === 'atomic');

function mergeMaps(type: MapType, live: JsonObject, applied: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const name of Object.keys(live)) put(merged, name, own(live, name));
  for (const name of Object.keys(applied)) {
    const fieldType = fieldTypeOf(type, name) ?? { kind: 'untyped' };
    put(merged, name, mergeApplied(fieldType, own(live, name), own(applied, name)));
  }
  return merged;
}

interface Identified {
  /** Undefined: it cannot be told apart, and stays what and where it is. */
  element: string | undefined;
  item: unknown;
}

/** The order of those who apply counts for what they apply; what only the live list has keeps its place among it. */
function mergeItems(type: ListType, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const identified = (item: unknown, index: number): Identified => ({ element: identify(type, item, index), item });
  const [left, right] = [live.map(identified), applied.map(identified)];
  const liveByElement = new Map(left.map(({ element, item }) => [element, item]));
  const wanted = new Set(right.map(({ element }) => element));
  const isShared = ({ element }: Identified): boolean => element !== undefined && liveByElement.has(element);
  const shared = [...right.keys()].filter(index => isShared(right[index] as Identified));
  const merged: unknown[] = [];
  let next = 0;
  const takeUpTo = (end: number): void => {
    for (; next < end; next++) {
      const { element, item } = right[next] as Identified;
      merged.push(mergeApplied(type.items, element === undefined ? undefined : liveByElement.get(element), item));
    }
  };
  for (const current of left) {
    if (current.element === undefined || !wanted.has(current.element)) merged.push(current.item);
    // An item that is applied too comes when it is its turn in what is applied: here, or further down.
    else if (shared[0] !== undefined && right[shared[0]]?.element === current.element)
      takeUpTo((shared.shift() as number) + 1);
  }
  takeUpTo(right.length);
  return merged;
}
