/**
 * What an expression may cost at most, told without evaluating it: Kubernetes refuses rules of custom resources that
 * could become too expensive, and counts as it does here. A step costs one; what reads through a text, a tenth of its
 * length; a macro, its body for each element. Sizes come from the schema, or from what a request may hold.
 */

import { callCost } from './cost-of-calls.js';
import { type Cost, ceilTimes, constant, type Size, sum, times, timesSize, union, unknownSize } from './cost-range.js';

/** What is known of a value: of a schema's, how large it may be and what is in it. */
export interface Sized {
  /** Absent: nobody knows. A scalar has none. */
  size?: Size;
  scalar?: boolean;
  text?: boolean;
  /** Of a list, or the values of a map. */
  items?: Sized;
  /** The keys of a map: what a macro goes through. */
  keys?: Sized;
  fields?: ReadonlyMap<string, Sized>;
}

/** A node of cel-js' syntax tree. */
export interface CostNode {
  op: string;
  args: unknown;
  checkedType?: unknown;
}

export interface Estimated {
  cost: Cost;
  value: Sized;
}

type Scope = ReadonlyMap<string, Sized>;

/** The range of what evaluating `root` costs; `variables` are those of its environment. */
export const costOf = (root: unknown, variables: Scope): Cost => estimate(root as CostNode, variables).cost;

const step = constant(1);
const [listBase, mapBase] = [constant(10), constant(30)];
const nothing = constant(0);
const unknown: Sized = {};
const scalar: Sized = { scalar: true };

/** What the checker found says whether a value whose schema is not known is a scalar, or a text. */
function typed(node: CostNode, value: Sized): Sized {
  if (value.size || value.scalar || value.text || value.items || value.fields) return value;
  const type = String(node.checkedType ?? '');
  if (/^(?:bool|int|uint|double|google\.protobuf\.(?:Timestamp|Duration))$/.test(type)) return scalar;
  return type === 'string' || type === 'bytes' ? { text: true } : value;
}

/** The size that a computation reckons with. */
export const sizeOf = ({ size, scalar: single }: Sized): Size => size ?? (single ? { min: 1, max: 1 } : unknownSize);

export function estimate(node: CostNode, scope: Scope): Estimated {
  const { cost, value } = estimateNode(node, scope);
  return { cost, value: typed(node, value) };
}

function estimateNode(node: CostNode, scope: Scope): Estimated {
  switch (node.op) {
    case 'value':
      return { cost: nothing, value: literal(node.args) };
    case 'id':
      // What is no variable is the name of a type.
      return { cost: step, value: scope.get(node.args as string) ?? scalar };
    case '.':
    case '.?': {
      const [target, name] = node.args as [CostNode, string];
      const on = estimate(target, scope);
      return { cost: sum(on.cost, step), value: on.value.fields?.get(name) ?? on.value.items ?? unknown };
    }
    case '[]':
    case '[?]': {
      const [on, index] = (node.args as [CostNode, CostNode]).map(each => estimate(each, scope)) as [
        Estimated,
        Estimated,
      ];
      return { cost: sum(on.cost, index.cost, step), value: on.value.items ?? unknown };
    }
    case 'list':
      return listOf(node.args as CostNode[], scope);
    case 'map': {
      const entries = (node.args as [CostNode, CostNode][]).flat().map(each => estimate(each, scope).cost);
      const count = entries.length / 2;
      return { cost: sum(mapBase, ...entries), value: { size: { min: count, max: count } } };
    }
    case 'call':
      return call(node.args as [string, CostNode[]], scope);
    case 'rcall':
      return memberCall(node.args as [string, CostNode, CostNode[]], scope);
    default:
      return operator(node, scope);
  }
}

function literal(value: unknown): Sized {
  if (typeof value === 'string') return { text: true, size: { min: value.length, max: value.length } };
  if (value instanceof Uint8Array) return { text: true, size: { min: value.length, max: value.length } };
  return scalar;
}

function listOf(nodes: readonly CostNode[], scope: Scope): Estimated {
  const items = nodes.map(each => estimate(each, scope));
  const size = { min: items.length, max: items.length };
  const first = items[0];
  return {
    cost: sum(listBase, ...items.map(({ cost }) => cost)),
    value: { size, ...(first ? { items: items.map(({ value }) => value).reduce(joined) } : {}) },
  };
}

/** What is true of either. */
export function joined(a: Sized, b: Sized): Sized {
  if (a.scalar && b.scalar) return scalar;
  const [one, two] = [sizeOf(a), sizeOf(b)];
  const text = a.text && b.text ? { text: true } : {};
  return { ...text, size: { min: Math.min(one.min, two.min), max: Math.max(one.max, two.max) } };
}

function operator({ op, args }: CostNode, scope: Scope): Estimated {
  const nodes = Array.isArray(args) ? (args as CostNode[]) : [args as CostNode];
  const parts = nodes.map(each => estimate(each, scope));
  const [a, b, c] = parts as [Estimated, Estimated, Estimated];
  const all = sum(...parts.map(({ cost }) => cost));
  switch (op) {
    case '&&':
    case '||':
      // The second may not be asked.
      return { cost: { min: a.cost.min, max: all.max }, value: scalar };
    case '?:':
      return { cost: sum(a.cost, union(b.cost, c.cost)), value: joined(b.value, c.value) };
    case 'in':
      // A map is asked for a key at once.
      return { cost: sum(all, b.value.keys ? step : ceilTimes(sizeOf(b.value), 1)), value: scalar };
    case '+':
      return added(a.value, b.value, all);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { cost: sum(all, comparison(op, a.value, b.value)), value: scalar };
    default:
      return { cost: sum(all, step), value: scalar };
  }
}

function added(a: Sized, b: Sized, args: Cost): Estimated {
  if (a.scalar || b.scalar) return { cost: sum(args, step), value: scalar };
  const [one, two] = [sizeOf(a), sizeOf(b)];
  const size = { min: one.min + two.min, max: one.max + two.max };
  if (a.text || b.text) return { cost: sum(args, ceilTimes(size, 0.1)), value: { text: true, size } };
  // Lists are joined without being read.
  const items = a.items && b.items ? { items: joined(a.items, b.items) } : {};
  return { cost: sum(args, step), value: { size, ...items } };
}

/** Texts, lists and objects are read up to the end of the shorter one. */
function comparison(op: string, a: Sized, b: Sized): Cost {
  const reads = op === '==' || op === '!=' || a.text || b.text;
  if (!reads) return step;
  const shorter = Math.min(sizeOf(a).max, sizeOf(b).max);
  return ceilTimes({ min: shorter > 0 ? 1 : 0, max: shorter }, 0.1);
}

function call([name, args]: [string, CostNode[]], scope: Scope): Estimated {
  if (name === 'has') {
    // That a field is there is seen on the way to it.
    const [field] = args;
    const [target] = (field?.args ?? []) as CostNode[];
    return { cost: target ? estimate(target, scope).cost : nothing, value: scalar };
  }
  return callCost(
    name,
    undefined,
    args.map(each => estimate(each, scope)),
  );
}

function memberCall([name, receiver, args]: [string, CostNode, CostNode[]], scope: Scope): Estimated {
  if (receiver.op === 'id' && receiver.args === 'cel' && name === 'bind') return bind(args, scope);
  const macro = macros[name];
  if (macro && args[0]?.op === 'id' && args.length >= 2) return macro(receiver, args, scope);
  // The namespace of a library is no value.
  if (receiver.op === 'id' && !scope.has(receiver.args as string)) {
    const values = args.map(each => estimate(each, scope));
    return callCost(`${receiver.args}.${name}`, undefined, values);
  }
  const on = estimate(receiver, scope);
  return callCost(
    name,
    on,
    args.map(each => estimate(each, scope)),
  );
}

/** cel.bind(name, value, body): a loop that is gone through once. */
function bind([name, value, body]: CostNode[], scope: Scope): Estimated {
  const bound = estimate(value as CostNode, scope);
  const inner = estimate(body as CostNode, new Map([...scope, [(name as CostNode).args as string, bound.value]]));
  return { cost: sum(bound.cost, listBase, inner.cost), value: inner.value };
}

type Macro = (receiver: CostNode, args: readonly CostNode[], scope: Scope) => Estimated;

/** What one turn of a macro costs beside its expressions, as the loop is that it stands for. */
interface Loop {
  /** Before the first turn, and after the last. */
  around: Cost;
  /** Whether to go on. */
  condition: Cost;
  /** One turn, given what the expressions cost. */
  turn(bodies: readonly Cost[]): Cost;
  /** What it makes. */
  value(range: Sized, element: Sized, bodies: readonly Estimated[]): Sized;
}

const append = (made: Cost): Cost => sum(step, step, listBase, made);
const quantifier = (condition: number): Loop => ({
  around: step,
  condition: constant(condition),
  turn: ([body = nothing]) => ({ min: 1, max: 1 + body.max }),
  value: () => scalar,
});
/** As many as there were, or fewer. */
const some = (range: Sized): Size => ({ min: 0, max: sizeOf(range).max });

const loops: Record<string, Loop> = {
  all: quantifier(2),
  exists: quantifier(3),
  exists_one: {
    around: constant(2),
    condition: nothing,
    turn: ([body = nothing]) => sum(body, { min: 1, max: 2 }),
    value: () => scalar,
  },
  filter: {
    around: sum(listBase, step),
    condition: nothing,
    turn: ([body = nothing]) => sum(body, union(append(step), step)),
    value: (range, element) => ({ size: some(range), items: element }),
  },
  map: {
    around: sum(listBase, step),
    condition: nothing,
    turn: bodies =>
      bodies.length === 1 ? append(bodies[0] as Cost) : sum(bodies[0] as Cost, union(append(bodies[1] as Cost), step)),
    value: (range, _element, bodies) => ({
      size: bodies.length === 1 ? sizeOf(range) : some(range),
      items: bodies.at(-1)?.value ?? unknown,
    }),
  },
};
loops.existsOne = loops.exists_one as Loop;

const macros: Record<string, Macro> = Object.assign(
  Object.create(null),
  Object.fromEntries(Object.entries(loops).map(([name, loop]) => [name, looped(loop)])),
  { optMap: once, optFlatMap: once },
);

function looped(loop: Loop): Macro {
  return (receiver, [variable, ...bodies], scope) => {
    const range = estimate(receiver, scope);
    const element = range.value.keys ?? range.value.items ?? unknown;
    const inner = new Map([...scope, [(variable as CostNode).args as string, element]]);
    const parts = bodies.map(body => estimate(body, inner));
    const turn = sum(loop.condition, loop.turn(parts.map(({ cost }) => cost)));
    const cost = sum(range.cost, loop.around, timesSize(sizeOf(range.value), turn));
    return { cost, value: loop.value(range.value, element, parts) };
  };
}

/** optional.optMap(name, body): the body once, if there is a value. */
function once(receiver: CostNode, [variable, body]: readonly CostNode[], scope: Scope): Estimated {
  const on = estimate(receiver, scope);
  const inner = estimate(body as CostNode, new Map([...scope, [(variable as CostNode).args as string, on.value]]));
  return { cost: sum(on.cost, times(step, step), { min: 0, max: inner.cost.max }), value: inner.value };
}
