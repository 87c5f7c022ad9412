/** Equality of CEL values, deep; numbers of different types are equal when they are the same number. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' || typeof a === 'number') {
    // biome-ignore lint/suspicious/noDoubleEquals: 1n and 1 are one number
    return (typeof b === 'bigint' || typeof b === 'number') && a == b;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (a instanceof Map || b instanceof Map) return equalMaps(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.from(a).equals(b);
  if (a.constructor !== b.constructor) return false;
  if (a.constructor === Object) return equalMaps(a, b);
  // Dates, Durations, Quantities, addresses: the same text is the same value.
  return String(a instanceof Date ? a.getTime() : a) === String(b instanceof Date ? b.getTime() : b);
}

/** Map literals of CEL are plain objects, values of schemas are Maps. */
function equalMaps(a: object, b: object): boolean {
  const [x, y] = [entriesOf(a), entriesOf(b)];
  if (!x || !y || x.size !== y.size) return false;
  for (const [key, value] of x) if (!y.has(key) || !equal(value, y.get(key))) return false;
  return true;
}

const entriesOf = (value: object): Map<unknown, unknown> | undefined =>
  value instanceof Map ? value : value.constructor === Object ? new Map(Object.entries(value)) : undefined;
