/**
 * Quantities ('100m', '1Gi', '2e3'), exactly as Kubernetes reads, compares and writes them
 * (k8s.io/apimachinery resource.Quantity). A value is a count of nanos in a BigInt, so nothing is rounded but what
 * Kubernetes rounds: precision finer than a nano goes up, away from zero.
 */

/** How a quantity was written, and so will be again: '1Ki', '1k' or '1e3'. */
export type Format = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

export interface Quantity {
  /** The value times 10^9. */
  readonly nanos: bigint;
  readonly format: Format;
}

/** Not a quantity. The message is Kubernetes' own. */
export class QuantityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

const nano = 1_000_000_000n;
/** Beyond it Kubernetes stores the largest value it can: 2^63 - 1. */
const largest = (2n ** 63n - 1n) * nano;

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const suffixOfExponent = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]));

const badFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const badNumeric = 'unable to parse numeric part of quantity';
const badSuffix = "unable to parse quantity's suffix";

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** The suffix as a factor: 2^power or 10^power. */
function scaleOf(suffix: string): { base: 2n | 10n; power: number; format: Format } {
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { base: 2n, power: 10 * binary, format: 'BinarySI' };
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { base: 10n, power: decimal, format: 'DecimalSI' };
  const exponent = /^[eE]([-+]?[0-9]{1,9})$/.exec(suffix);
  if (!exponent) throw new QuantityError(badSuffix);
  return { base: 10n, power: Number(exponent[1]), format: 'DecimalExponent' };
}

/** Digits with `decimals` of them after the point, times the scale, in nanos; rounded away from zero. */
function toNanos(digits: bigint, decimals: number, scale: { base: 2n | 10n; power: number }): bigint {
  if (digits === 0n) return 0n;
  let power = 9 - decimals;
  let value = digits;
  if (scale.base === 2n) value <<= BigInt(scale.power);
  else power += scale.power;
  // Exponents are cut where the answer is certain, so that '1e999999999' costs nothing.
  if (power >= 0) return power > 60 ? largest : value * 10n ** BigInt(power);
  if (-power > digits.toString().length + 60) return 1n;
  const divisor = 10n ** BigInt(-power);
  return (value + divisor - 1n) / divisor;
}

/** Longer than any number that means something, and short enough for BigInt to be quick. */
const mostDigits = 1000;

/** Throws QuantityError. Numbers are accepted because JSON writers use them (`cpu: 1`). */
export function parse(text: string | number): Quantity {
  const source = String(text);
  if (source === '' || source.length > mostDigits) throw new QuantityError(badFormat);
  const parts = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(source);
  if (!parts) throw new QuantityError(badFormat);
  const [, sign, whole = '', , fraction = '', suffix = ''] = parts;
  if (whole === '' && fraction === '') throw new QuantityError(source === '.' ? badNumeric : badFormat);
  const scale = scaleOf(suffix);
  const size = toNanos(BigInt(whole + fraction), fraction.length, scale);
  const capped = size > largest ? largest : size;
  return { nanos: sign === '-' ? -capped : capped, format: scale.format };
}

/** The quantity, or undefined where the text is none. */
export function tryParse(text: unknown): Quantity | undefined {
  if (typeof text !== 'string' && typeof text !== 'number') return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** The largest exponent of `step` that divides the value, with the rest; from `from`, in steps of 3. */
function shiftTens(value: bigint, from: number): { mantissa: bigint; exponent: number } {
  let mantissa = value;
  let exponent = from;
  while (exponent < 18 && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  return { mantissa, exponent };
}

function formatBinary(nanos: bigint): string {
  let mantissa = nanos / nano;
  let index = 0;
  while (index < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    index += 1;
  }
  return `${mantissa}${binarySuffixes[index]}`;
}

/**
 * The canonical text: no fraction, and the largest suffix that needs none. What is smaller than 1024, or has a
 * fraction, leaves binary for decimal, as Kubernetes does.
 */
export function format(quantity: Quantity): string {
  const { nanos } = quantity;
  if (nanos === 0n) return '0';
  const binary = quantity.format === 'BinarySI' && abs(nanos) >= 1024n * nano && nanos % nano === 0n;
  if (binary) return formatBinary(nanos);
  const { mantissa, exponent } = shiftTens(nanos, -9);
  if (quantity.format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${suffixOfExponent.get(exponent)}`;
}

/** '1000m' -> '1', '0.5' -> '500m', '1024Ki' -> '1Mi'. Throws QuantityError. */
export const canonical = (text: string | number): string => format(parse(text));

/** Below, equal or above: -1, 0, 1. */
export const compare = (a: Quantity, b: Quantity): -1 | 0 | 1 => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0);

/** The sum, written as the first was; a first that is zero takes the second's format. */
export const add = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos + b.nanos,
  format: a.nanos === 0n ? b.format : a.format,
});

export const subtract = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos - b.nanos,
  format: a.nanos === 0n ? b.format : a.format,
});

const divideUp = (nanos: bigint, by: bigint): bigint => {
  const quotient = nanos / by;
  return nanos % by === 0n ? quotient : nanos > 0n ? quotient + 1n : quotient - 1n;
};

/** The value in whole units, rounded away from zero: bytes of memory. */
export const toNumber = (quantity: Quantity): number => Number(divideUp(quantity.nanos, nano));

/** The value in thousandths, rounded away from zero: '0.5' is 500. */
export const toMilli = (quantity: Quantity): number => Number(divideUp(quantity.nanos, 1_000_000n));
