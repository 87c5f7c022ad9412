/**
 * A set of fields in the form in which it travels (metav1.FieldsV1): a tree whose keys are path elements ('f:spec',
 * 'k:{"name":"web"}', 'v:"x"', 'i:0'). A node without keys is in the set; a node with some is in it when one is '.'. So
 * reading a set and writing it costs nothing, and sets that share parts share them: a FieldSet never changes.
 */
import { compareElements, elementText } from './path-element.js';

export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set that is being put together. */
export interface GrowingSet {
  [element: string]: GrowingSet;
}

export const leaf: FieldSet = Object.freeze({});
const dot = '.';

/** The node itself is a member, not only something below it. */
export const isMember = (node: FieldSet): boolean => dot in node || !hasKeys(node);

function hasKeys(node: FieldSet): boolean {
  for (const _ in node) return true;
  return false;
}

/** No fields at all. Of a whole set, not of a node: there {} is a field. */
export const isEmptySet = (set: FieldSet): boolean => !hasKeys(set);

const childrenOf = (node: FieldSet): string[] => Object.keys(node).filter(element => element !== dot);

/** A node of these children; undefined when nothing is left of it. */
function node(member: boolean, children: Record<string, FieldSet>): FieldSet | undefined {
  if (!hasKeys(children)) return member ? leaf : undefined;
  return member ? { [dot]: leaf, ...children } : children;
}

function nodeUnion(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const children: Record<string, FieldSet> = {};
  for (const element of childrenOf(a)) children[element] = a[element] as FieldSet;
  for (const element of childrenOf(b)) {
    const mine = children[element];
    children[element] = mine ? nodeUnion(mine, b[element] as FieldSet) : (b[element] as FieldSet);
  }
  return node(isMember(a) || isMember(b), children) ?? leaf;
}

type Subtract = (a: FieldSet, b: FieldSet) => FieldSet | undefined;

/** What is left of the children of `a`; undefined when that is all of them. */
function lessChildren(a: FieldSet, b: FieldSet, subtract: Subtract): Record<string, FieldSet> | undefined {
  const children: Record<string, FieldSet> = {};
  let changed = false;
  for (const element of childrenOf(a)) {
    const [mine, other] = [a[element] as FieldSet, b[element]];
    const left = other ? subtract(mine, other) : mine;
    if (left) children[element] = left;
    changed ||= left !== mine;
  }
  return changed ? children : undefined;
}

function nodeDifference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const [was, stays] = [isMember(a), isMember(a) && !isMember(b)];
  const children = lessChildren(a, b, nodeDifference);
  return children || was !== stays ? node(stays, children ?? onlyChildren(a)) : a;
}

function nodeRecursiveDifference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isMember(b)) return undefined;
  const children = lessChildren(a, b, nodeRecursiveDifference);
  return children ? node(isMember(a), children) : a;
}

function onlyChildren(a: FieldSet): Record<string, FieldSet> {
  const { [dot]: _, ...children } = a;
  return children;
}

function nodeIntersection(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const children: Record<string, FieldSet> = {};
  for (const element of childrenOf(a)) {
    const other = b[element];
    const both = other && nodeIntersection(a[element] as FieldSet, other);
    if (both) children[element] = both;
  }
  return node(isMember(a) && isMember(b), children);
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => {
  if (isEmptySet(a)) return b;
  return isEmptySet(b) ? a : nodeUnion(a, b);
};
/** `a` itself when nothing goes. The root of a set is never a field: only its children count. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => lessChildren(a, b, nodeDifference) ?? a;
/** Also without everything below the fields of `b`. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet =>
  lessChildren(a, b, nodeRecursiveDifference) ?? a;
export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  isEmptySet(a) || isEmptySet(b) ? leaf : (nodeIntersection(a, b) ?? leaf);

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const elements = childrenOf(a);
  if (elements.length !== childrenOf(b).length || isMember(a) !== isMember(b)) return false;
  return elements.every(element => {
    const other = b[element];
    return other !== undefined && sameSet(a[element] as FieldSet, other);
  });
}

/** Whether the field at this path, of elements, is in the set. */
export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (const element of path) at = at?.[element];
  return at !== undefined && path.length > 0 && isMember(at);
}

/** A set of the one field at this path. */
export function singleton(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), leaf);
}

export function unionOf(sets: Iterable<FieldSet>): FieldSet {
  let all: FieldSet = leaf;
  for (const set of sets) all = union(all, set);
  return all;
}

/** Adds the field at this path, with what `below` has below it. In place, and `below` becomes part of the set. */
export function insert(set: GrowingSet, path: readonly string[], below: FieldSet = leaf): void {
  let at = set;
  const last = path.length - 1;
  for (let depth = 0; depth < last; depth++) {
    const element = path[depth] as string;
    let next = at[element];
    if (next === undefined) {
      next = {};
      at[element] = next;
    } else if (!hasKeys(next)) {
      // A field of the set, and now on the way to another one.
      next = { [dot]: {} };
      at[element] = next;
    }
    at = next;
  }
  const element = path[last] as string;
  const known = at[element];
  at[element] = (known ? nodeUnion(known, below === leaf ? dotted : below) : below) as GrowingSet;
}

/** A member, as a node to unite with. */
const dotted: FieldSet = { [dot]: leaf };

/** Every field, as messages write it ('.spec.containers[name="web"].image'): parents first, in the order of elements. */
export function* paths(set: FieldSet, prefix = ''): Generator<string> {
  const elements = childrenOf(set).sort(compareElements);
  for (const element of elements) if (isMember(set[element] as FieldSet)) yield prefix + elementText(element);
  for (const element of elements) yield* paths(set[element] as FieldSet, prefix + elementText(element));
}
