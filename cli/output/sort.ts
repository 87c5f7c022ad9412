/** `--sort-by`: objects, or rows that hold them, in the order of one of their fields. Pure. */
import { jsonPathValues } from './jsonpath/evaluate.js';

export function sortedBy<T>(list: readonly T[], path: string | undefined, objectOf: (item: T) => unknown): T[] {
  if (path === undefined) return [...list];
  const keyed = list.map(item => ({ item, key: jsonPathValues(path, objectOf(item))[0] }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item);
}

/** What has no such field comes first; words that differ by their numbers are ordered by those ("pod-2", "pod-10"). */
function compareKeys(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return byNumbersInside.compare(String(a), String(b));
}

const byNumbersInside = new Intl.Collator('en', { numeric: true });
