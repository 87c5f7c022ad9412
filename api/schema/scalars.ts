/** Reading one value: what each scalar type accepts, how it is written afterwards, and Go's words for what it is not. */
import { canonical, QuantityError } from '../quantity.js';
import type { Scalar, Type } from './models.js';

/** A value that a type does not accept, in the words that follow "json: " or stand alone. */
export class WrongType extends Error {}

/** How Go's decoder calls what it found. */
export function found(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

const goScalars: Record<Scalar, string> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  number: 'float64',
  'date-time': 'v1.Time',
  'date-time-micro': 'v1.MicroTime',
  byte: '[]uint8',
  'int-or-string': 'intstr.IntOrString',
  quantity: 'resource.Quantity',
  any: 'interface {}',
};

/** How Go calls the type: '[]v1.Container', 'map[string]string'. */
export function goType(type: Type, shortNameOf: (model: string) => string): string {
  if (type.kind === 'scalar') return goScalars[type.scalar];
  if (type.kind === 'list') return `[]${goType(type.items, shortNameOf)}`;
  if (type.kind === 'map') return `map[string]${goType(type.values, shortNameOf)}`;
  return `v1.${shortNameOf(type.model)}`;
}

/** Thrown without a reason of its own: the caller says what was found where. */
const wrong = (): never => {
  throw new WrongType('');
};

function integer(value: unknown, bits: 32 | 64): number {
  if (typeof value !== 'number') return wrong();
  // Beyond 2^53 JSON numbers have lost digits already, so int64 ends where a number can no longer be trusted.
  const most = bits === 32 ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  if (!Number.isInteger(value) || value >= most || value < -most) return wrong();
  return value;
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The moment in UTC, to the second or the microsecond, as metav1.Time and metav1.MicroTime write it. */
function time(value: unknown, micro: boolean): string {
  if (typeof value !== 'string') return wrong();
  const parts = rfc3339.exec(value);
  const ms = parts ? Date.parse(`${value.slice(0, 19)}${parts[8]}`) : Number.NaN;
  // Date.parse lets the 31st of April pass as the 1st of May.
  const day = parts && new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]))).getUTCDate();
  if (!parts || Number.isNaN(ms) || day !== Number(parts[3])) {
    const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    throw new WrongType(
      `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return micro ? `${seconds}.${(parts[7] ?? '').slice(1, 7).padEnd(6, '0')}Z` : `${seconds}Z`;
}

function bytes(value: unknown): string {
  if (typeof value !== 'string') return wrong();
  const text = value.replace(/[\r\n]/g, '');
  const good = /^[A-Za-z0-9+/]*(={0,2})$/.exec(text);
  if (good && text.length % 4 === 0) return text;
  const bad = text.search(/[^A-Za-z0-9+/]/);
  throw new WrongType(`illegal base64 data at input byte ${bad < 0 ? text.length - (text.length % 4) : bad}`);
}

function quantity(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return wrong();
  try {
    return canonical(value);
  } catch (error) {
    if (error instanceof QuantityError) throw new WrongType(error.message);
    throw error;
  }
}

/** The value as it is stored; throws WrongType. `any` is not read here: its inside has no type. */
export function readScalar(scalar: Exclude<Scalar, 'any'>, value: unknown): unknown {
  switch (scalar) {
    case 'string':
      return typeof value === 'string' ? value : wrong();
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong();
    case 'number':
      return typeof value === 'number' ? value : wrong();
    case 'int32':
      return integer(value, 32);
    case 'int64':
      return integer(value, 64);
    case 'date-time':
      return time(value, false);
    case 'date-time-micro':
      return time(value, true);
    case 'byte':
      return bytes(value);
    case 'quantity':
      return quantity(value);
    case 'int-or-string':
      return typeof value === 'string' ? value : integer(value, 32);
  }
}

/** What Go decodes a null in a list or a map to. */
export function zero(type: Type): unknown {
  if (type.kind === 'list') return [];
  if (type.kind !== 'scalar') return {};
  const zeros: Partial<Record<Scalar, unknown>> = { boolean: false, int32: 0, int64: 0, number: 0, 'int-or-string': 0 };
  if (type.scalar === 'quantity') return '0';
  if (type.scalar === 'any') return null;
  return zeros[type.scalar] ?? '';
}
