/** Lists and sets of what can be compared. */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { equal } from '../equal.js';
import { toJson } from '../values.js';
import { addFunctions, addNamespace, failed } from './library.js';

type List = readonly unknown[];

/** Negative when `a` comes first. */
function compare(a: unknown, b: unknown): number {
  const [x, y] = [a, b] as [number, number];
  return x < y ? -1 : x > y ? 1 : 0;
}

const isSorted = (list: List): boolean =>
  list.every((item, index) => index === 0 || compare(list[index - 1], item) <= 0);

function extreme(list: List, name: string, sign: 1 | -1): unknown {
  if (list.length === 0) throw failed(`${name} called on empty list`);
  return list.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

function sum(list: List): unknown {
  if (list.length === 0) return 0n;
  if (list[0] instanceof Duration) return (list as Duration[]).reduce((a, b) => a.addDuration(b));
  if (typeof list[0] === 'bigint') return (list as bigint[]).reduce((a, b) => a + b);
  return (list as number[]).reduce((a, b) => a + b);
}

const indexOf = (list: List, wanted: unknown): bigint => BigInt(list.findIndex(item => equal(item, wanted)));
const lastIndexOf = (list: List, wanted: unknown): bigint => BigInt(list.findLastIndex(item => equal(item, wanted)));

/** One text for equal values, so that sets are compared in time linear in their sizes. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? `"${value}` : (JSON.stringify(toJson(value)) ?? String(value));
const textsOf = (list: List): Set<string> => new Set(list.map(textOf));

function contains(list: List, parts: List): boolean {
  const known = textsOf(list);
  return parts.every(part => known.has(textOf(part)));
}

function intersects(a: List, b: List): boolean {
  const known = textsOf(a);
  return b.some(item => known.has(textOf(item)));
}

export function addLists(env: Environment): void {
  addFunctions(env, {
    'list.isSorted(): bool': isSorted,
    'list<A>.sum(): A': sum,
    'list<A>.min(): A': list => extreme(list, 'min', -1),
    'list<A>.max(): A': list => extreme(list, 'max', 1),
    'list.indexOf(dyn): int': indexOf,
    'list.lastIndexOf(dyn): int': lastIndexOf,
  });
  addNamespace(env, 'sets', {
    'contains(list, list): bool': contains,
    'equivalent(list, list): bool': (a, b) => contains(a, b) && contains(b, a),
    'intersects(list, list): bool': intersects,
  });
}
