/** Lines of a watch, joined into one chunk: once for all watchers who are told the same in this tick. */

interface Join {
  lines: readonly Buffer[];
  chunk: Buffer;
}

/** By their first line, which is one object for all who are told it. */
const joins = new WeakMap<Buffer, Join>();

/** The same chunk for the same lines, while nobody asked for others that start alike. Undefined for no lines. */
export function joined(lines: readonly Buffer[]): Buffer | undefined {
  const [first] = lines;
  if (!first || lines.length === 1) return first;
  let join = joins.get(first);
  if (!join || !same(join.lines, lines)) {
    join = { lines, chunk: Buffer.concat(lines) };
    joins.set(first, join);
  }
  return join.chunk;
}

const same = (a: readonly Buffer[], b: readonly Buffer[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);
