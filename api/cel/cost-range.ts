/** Costs and sizes are ranges: at least so much, and at most. What is beyond 2^64 is that. */
export interface Cost {
  min: number;
  max: number;
}

/** Characters of a text, bytes, elements of a list or entries of a map. */
export type Size = Cost;

const most = 2 ** 64;
const bounded = (value: number): number => Math.min(value, most);

export const unknownSize: Size = { min: 0, max: most };
export const constant = (value: number): Cost => ({ min: value, max: value });

export const sum = (...costs: readonly Cost[]): Cost => ({
  min: bounded(costs.reduce((all, { min }) => all + min, 0)),
  max: bounded(costs.reduce((all, { max }) => all + max, 0)),
});

/** Either of them. */
export const union = (a: Cost, b: Cost): Cost => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

export const times = (a: Cost, b: Cost): Cost => ({ min: bounded(a.min * b.min), max: bounded(a.max * b.max) });

/** `cost` for each. */
export const timesSize = (size: Size, cost: Cost): Cost => times(size, cost);

/** A part of the size: a tenth of a text's length for each time that it is read. */
export const ceilTimes = ({ min, max }: Size, factor: number): Cost => ({
  min: bounded(Math.ceil(min * factor)),
  max: bounded(Math.ceil(max * factor)),
});
