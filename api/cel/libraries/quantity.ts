/** quantity('1.5Gi'), by the same arithmetic as everywhere else (api/quantity.ts). */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { add, compare, format, parse, type Quantity, QuantityError, subtract, tryParse } from '../../quantity.js';
import { addFunctions, failed } from './library.js';

class CelQuantity {
  constructor(readonly of: Quantity) {}

  toString(): string {
    return format(this.of);
  }
}

function quantity(text: string): CelQuantity {
  try {
    return new CelQuantity(parse(text));
  } catch (error) {
    if (error instanceof QuantityError) throw failed(error.message);
    throw error;
  }
}

const one = 1_000_000_000n;
const ofInt = (value: bigint): Quantity => ({ nanos: value * one, format: 'DecimalSI' });
const isInteger = ({ of }: CelQuantity): boolean =>
  of.nanos % one === 0n && BigInt.asIntN(64, of.nanos / one) === of.nanos / one;

function asInteger(value: CelQuantity): bigint {
  if (!isInteger(value)) throw failed('cannot convert value to integer');
  return value.of.nanos / one;
}

const type = 'kubernetes.Quantity';

export function addQuantities(env: Environment): void {
  env.registerType(type, CelQuantity);
  env.registerOperator(`${type} == ${type}`, (a: CelQuantity, b: CelQuantity) => compare(a.of, b.of) === 0);
  addFunctions(env, {
    [`quantity(string): ${type}`]: quantity,
    'isQuantity(string): bool': (text: string) => tryParse(text) !== undefined,
    [`${type}.sign(): int`]: ({ of }: CelQuantity) => BigInt(compare(of, ofInt(0n))),
    [`${type}.isInteger(): bool`]: isInteger,
    [`${type}.asInteger(): int`]: asInteger,
    [`${type}.asApproximateFloat(): double`]: ({ of }: CelQuantity) => Number(of.nanos) / 1e9,
    [`${type}.add(${type}): ${type}`]: (a, b) => new CelQuantity(add(a.of, b.of)),
    [`${type}.add(int): ${type}`]: (a, b) => new CelQuantity(add(a.of, ofInt(b))),
    [`${type}.sub(${type}): ${type}`]: (a, b) => new CelQuantity(subtract(a.of, b.of)),
    [`${type}.sub(int): ${type}`]: (a, b) => new CelQuantity(subtract(a.of, ofInt(b))),
    [`${type}.isGreaterThan(${type}): bool`]: (a, b) => compare(a.of, b.of) > 0,
    [`${type}.isLessThan(${type}): bool`]: (a, b) => compare(a.of, b.of) < 0,
    [`${type}.compareTo(${type}): int`]: (a, b) => BigInt(compare(a.of, b.of)),
  });
}
