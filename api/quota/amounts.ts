/** Amounts of named resources, as quotas add, compare and show them. */
import { add, compare, format, type Quantity, subtract, tryParse } from '../quantity.js';

export type Amounts = ReadonlyMap<string, Quantity>;

export const zero: Quantity = { nanos: 0n, format: 'DecimalSI' };
export const count = (number: number): Quantity => ({ nanos: BigInt(number) * 1_000_000_000n, format: 'DecimalSI' });

/** What is no quantity is passed over: validation says so elsewhere. */
export function read(texts: Readonly<Record<string, string>> | undefined): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(texts ?? {})) {
    const quantity = tryParse(text);
    if (quantity) amounts.set(name, quantity);
  }
  return amounts;
}

export const written = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, format(amount)]));

export function sum(all: Iterable<Amounts>): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const amounts of all)
    for (const [name, amount] of amounts) total.set(name, add(total.get(name) ?? zero, amount));
  return total;
}

/** What `now` has more than `before`, by name; less is nothing. */
export function increase(now: Amounts, before: Amounts): Map<string, Quantity> {
  const more = new Map<string, Quantity>();
  for (const [name, amount] of now) {
    const difference = subtract(amount, before.get(name) ?? zero);
    if (difference.nanos > 0n) more.set(name, difference);
  }
  return more;
}

/** The larger of each. */
export function largest(a: Amounts, b: Amounts): Map<string, Quantity> {
  const most = new Map(a);
  for (const [name, amount] of b) {
    const known = most.get(name);
    if (!known || compare(amount, known) > 0) most.set(name, amount);
  }
  return most;
}

export const only = (amounts: Amounts, names: ReadonlySet<string>): Map<string, Quantity> =>
  new Map([...amounts].filter(([name]) => names.has(name)));

/** 'cpu=1,pods=3', by name. */
export const shown = (amounts: Amounts): string =>
  [...amounts]
    .map(([name, amount]) => `${name}=${format(amount)}`)
    .sort()
    .join(',');
