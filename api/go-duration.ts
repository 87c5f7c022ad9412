/** Go's durations ('1h30m', '-1.5s', '100ms'): so flags, queries and CEL write them. */

const units: Record<string, bigint> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  µs: 1_000n,
  ns: 1n,
};

/** No duration that is meant is longer; BigInt is slow to read very long numbers. */
const longest = 64;

/** Undefined for what is no duration. */
export function nanosecondsOf(text: string): bigint | undefined {
  if (text.length > longest) return undefined;
  const found = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|ns))+$/.exec(text);
  if (!found && !/^[-+]?0$/.test(text)) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|ns)/g)) {
    const size = units[unit] as bigint;
    nanos += BigInt(whole || '0') * size;
    if (fraction) nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return found?.[1] === '-' ? -nanos : nanos;
}
