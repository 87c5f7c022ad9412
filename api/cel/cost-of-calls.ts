/** What calls of functions cost, by their names: those that read through their arguments are named here. */
import { type Estimated, type Sized, sizeOf } from './cost.js';
import { type Cost, ceilTimes, constant, type Size, sum, times, timesSize } from './cost-range.js';

const step = constant(1);
const scalar: Sized = { scalar: true };
/** Of a text that is read through, a character. */
const traversal = 0.1;
const longestScalar = 40;
/** Of a pattern, a character: four of them are a state. */
const pattern = 0.25;

type Rule = (on: Sized, args: readonly Sized[]) => { cost: Cost; value: Sized };

const read = (value: Sized): Cost => ceilTimes(sizeOf(value), traversal);
const text = (size: Size): Sized => ({ text: true, size });
const only = (cost: Cost): { cost: Cost; value: Sized } => ({ cost, value: scalar });
const argument = (args: readonly Sized[], index = 0): Sized => args[index] ?? {};

/** The text once for each state of the pattern. An empty one is matched all the same. */
function matching(on: Sized, by: Sized): Cost {
  const { min, max } = sizeOf(on);
  return times(ceilTimes({ min: min + 1, max: max + 1 }, traversal), ceilTimes(sizeOf(by), pattern));
}

/** Each element of a list is looked at; texts are read. */
function eachElement(on: Sized): Cost {
  const { items } = on;
  return timesSize(sizeOf(on), items && !items.scalar ? read(items) : step);
}

const parsed: Rule = (_on, args) => only(read(argument(args)));
const sameLength: Rule = on => ({ cost: read(on), value: text(sizeOf(on)) });
const upToLength: Rule = on => ({ cost: read(on), value: text({ min: 0, max: sizeOf(on).max }) });
const aggregate: Rule = on => ({ cost: eachElement(on), value: on.items ?? {} });
/** Each element of one with each of the other. */
const setsCost: Rule = (_on, args) => only(sum(times(sizeOf(argument(args)), sizeOf(argument(args, 1))), step));

const rules: Record<string, Rule> = Object.assign(Object.create(null), {
  matches: (on, args) => only(matching(on, argument(args))),
  find: (on, args) => ({ cost: matching(on, argument(args)), value: text({ min: 0, max: sizeOf(on).max }) }),
  findAll: (on, args) => ({
    cost: matching(on, argument(args)),
    value: { size: { min: 0, max: sizeOf(on).max }, items: text({ min: 0, max: sizeOf(on).max }) },
  }),
  contains: (on, args) => only(times(read(on), read(argument(args)))),
  startsWith: (_on, args) => only(read(argument(args))),
  endsWith: (_on, args) => only(read(argument(args))),
  indexOf: (on, args) => only(on.text ? times(read(on), read(argument(args))) : eachElement(on)),
  lastIndexOf: (on, args) => only(on.text ? times(read(on), read(argument(args))) : eachElement(on)),
  isSorted: on => only(eachElement(on)),
  sum: aggregate,
  max: aggregate,
  min: aggregate,
  lowerAscii: sameLength,
  upperAscii: sameLength,
  reverse: sameLength,
  trim: upToLength,
  substring: upToLength,
  charAt: on => ({ cost: read(on), value: text({ min: 0, max: 1 }) }),
  replace: (on, args) => {
    const { max } = sizeOf(on);
    const by = sizeOf(argument(args, 1)).max;
    return { cost: read(on), value: text({ min: 0, max: max * Math.max(1, by) }) };
  },
  split: on => {
    const { max } = sizeOf(on);
    return { cost: read(on), value: { size: { min: 0, max }, items: text({ min: 0, max }) } };
  },
  join: (on, args) => {
    const [count, item, between] = [on, on.items ?? {}, argument(args)].map(each => sizeOf(each).max) as [
      number,
      number,
      number,
    ];
    const max = count * (item + (args.length > 0 ? between : 0));
    return { cost: ceilTimes({ min: 0, max }, traversal), value: text({ min: 0, max }) };
  },
  // Its parts are no longer than the whole.
  url: (_on, args) => ({ cost: read(argument(args)), value: { size: sizeOf(argument(args)) } }),
  isURL: parsed,
  quantity: parsed,
  isQuantity: parsed,
  ip: parsed,
  isIP: parsed,
  cidr: parsed,
  isCIDR: parsed,
  semver: parsed,
  isSemver: parsed,
  'ip.isCanonical': parsed,
  'sets.contains': setsCost,
  'sets.intersects': setsCost,
  'sets.equivalent': setsCost,
  // A number, a time or a truth is written in few characters.
  string: (_on, args) => {
    const of = argument(args);
    return { cost: step, value: text(of.scalar ? { min: 1, max: longestScalar } : sizeOf(of)) };
  },
  bytes: parsed,
  validate: parsed,
  type: () => only(step),
  check: () => only(constant(350_000)),
  orValue: (on, args) => ({ cost: step, value: joinedSize(on, argument(args)) }),
  value: on => ({ cost: step, value: on }),
  'optional.of': (_on, args) => ({ cost: step, value: argument(args) }),
  'optional.ofNonZeroValue': (_on, args) => ({ cost: step, value: argument(args) }),
  dyn: (_on, args) => ({ cost: step, value: argument(args) }),
} satisfies Record<string, Rule>);

/** Either value: as large as the larger. */
function joinedSize(a: Sized, b: Sized): Sized {
  if (a.scalar && b.scalar) return scalar;
  const max = Math.max(sizeOf(a).max, sizeOf(b).max);
  return { ...a, size: { min: 0, max } };
}

/** What a method that is not named here makes: a part of what it is asked of, or something small. */
const partOf = ({ size }: Sized): Sized => (size ? { size: { min: 0, max: size.max } } : {});

/** `on` is the receiver, of a method. */
export function callCost(name: string, on: Estimated | undefined, args: readonly Estimated[]): Estimated {
  const before = sum(...(on ? [on.cost] : []), ...args.map(({ cost }) => cost));
  const rule = rules[name];
  const values = args.map(({ value }) => value);
  const made = rule ? rule(on?.value ?? {}, values) : { cost: step, value: partOf(on?.value ?? {}) };
  return { cost: sum(before, made.cost), value: made.value };
}
