/** Strings: what CEL's own functions lack, by code points, as CEL counts. */
import type { Duration, Environment } from '@marcbachmann/cel-js/evaluator';
import { toJson } from '../values.js';
import { addFunctions, addNamespace, failed } from './library.js';

const quote = (text: string): string => JSON.stringify(text);

function charAt(text: string, index: bigint): string {
  const points = [...text];
  if (index < 0n || index > BigInt(points.length)) throw failed(`index out of range: ${index}`);
  return points[Number(index)] ?? '';
}

/** Replaces the first `times`; all when that is negative. */
function replace(text: string, from: string, to: string, times = -1n): string {
  if (times < 0n) return text.split(from).join(to);
  const parts = text.split(from);
  const joined = Math.min(Number(times), parts.length - 1);
  return [...parts.slice(0, joined).map(part => part + to), parts.slice(joined).join(from)].join('');
}

const verb = /%(?:\.(\d{1,3}))?([%sdfebxXo])/g;

/** '%s is %d' with its arguments, as CEL's strings extension writes them. */
function format(text: string, args: readonly unknown[]): string {
  let next = 0;
  const done = text.replace(verb, (_all, precision: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    if (next >= args.length) throw failed(`index ${next} out of range`);
    return written(args[next++], kind, precision === undefined ? 6 : Number(precision));
  });
  return done;
}

function written(value: unknown, kind: string, precision: number): string {
  if (kind === 's') return shown(value);
  if (kind === 'f' && (typeof value === 'number' || typeof value === 'bigint'))
    return Number(value).toFixed(Math.min(precision, 100));
  if (kind === 'e' && (typeof value === 'number' || typeof value === 'bigint')) {
    return Number(value)
      .toExponential(Math.min(precision, 100))
      .replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (typeof value === 'boolean' && kind === 'b') return value ? '1' : '0';
  if (typeof value === 'string' && /x/i.test(kind)) return cased(Buffer.from(value).toString('hex'), kind);
  if (value instanceof Uint8Array && /x/i.test(kind)) return cased(Buffer.from(value).toString('hex'), kind);
  const radix = { d: 10, b: 2, o: 8, x: 16, X: 16 }[kind];
  if (typeof value === 'bigint' && radix !== undefined) return cased(value.toString(radix), kind);
  throw failed(`error during formatting: %${kind} does not take ${typeof value}`);
}

const cased = (text: string, kind: string): string => (kind === 'X' ? text.toUpperCase() : text);

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, field]) => `${shown(key)}: ${shown(field)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  const json = toJson(value);
  return typeof json === 'object' && json !== null ? JSON.stringify(json) : String(json);
}

const timestampType = 'google.protobuf.Timestamp';
const durationType = 'google.protobuf.Duration';

export function addStrings(env: Environment): void {
  addFunctions(env, {
    'string.charAt(int): string': charAt,
    'string.replace(string, string): string': (text, from, to) => replace(text, from, to),
    'string.replace(string, string, int): string': replace,
    'string.reverse(): string': (text: string) => [...text].reverse().join(''),
    'string.format(list): string': format,
    [`string(${timestampType}): string`]: (time: Date) => toJson(time),
    [`string(${durationType}): string`]: (duration: Duration) => duration.toString(),
    [`int(${timestampType}): int`]: (time: Date) => BigInt(Math.floor(time.getTime() / 1000)),
  });
  addNamespace(env, 'strings', { 'quote(string): string': quote });
}
