/**
 * Charges the evaluation of an expression to a budget: every node of its syntax tree is wrapped, once, when it is
 * compiled. cel-js has no such thing, so this reaches into its nodes (pinned in package.json; the tests notice).
 */
import type { Budget } from './budget.js';
import { failed } from './libraries/library.js';
import { matches } from './libraries/regex.js';

type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;

/** A node as cel-js has it. */
interface Node {
  op: string;
  args: unknown;
  input: string;
  evaluate: Evaluate;
  meta: { evaluate: Evaluate; alternate?: Node; macro?: { evaluate: Evaluate } };
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'meta' in value && 'input' in value;

/** What the expression is charged to while it runs. */
export interface Meter {
  budget: Budget | undefined;
}

/** Texts longer than this are made by nobody who means well; they are charged by their length besides. */
const longestText = 4 * 1024 * 1024;
/** So many characters, items or entries cost as much as a step. */
const unit = 10;
/** Operators that read all through their operands. */
const reading = new Set(['==', '!=', 'in', '+', 'call', 'rcall', '<', '<=', '>', '>=']);

/** `root` has been checked: macros are expanded. */
export function metered(root: unknown): Meter {
  const meter: Meter = { budget: undefined };
  visit(root, meter, new Set(), false);
  return meter;
}

/** Finds all nodes below a value: arguments, expansions of macros, parts of comprehensions. */
function visit(value: unknown, meter: Meter, seen: Set<object>, read: boolean): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) visit(item, meter, seen, read);
  } else if (isNode(value)) {
    seen.add(value);
    const reads = reading.has(value.op);
    visit(value.args, meter, seen, reads);
    visit(value.meta.alternate, meter, seen, false);
    visit(value.meta.macro, meter, seen, false);
    wrap(value, meter, read);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    seen.add(value);
    for (const part of Object.values(value)) visit(part, meter, seen, false);
  }
}

function wrap(node: Node, meter: Meter, read: boolean): void {
  const evaluate = evaluationOf(node);
  node.evaluate = (evaluator, of, context) => {
    const { budget } = meter;
    budget?.charge(1);
    const value = evaluate(evaluator, of, context);
    if (budget && (read || makes.has(node.op))) chargeSize(budget, value);
    return value;
  };
}

/** Nodes whose value is new. */
const makes = new Set(['+', 'call', 'rcall', 'list', 'map', 'comprehension']);

function chargeSize(budget: Budget, value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > longestText) throw failed(`a string of more than ${longestText} characters`);
    if (value.length > unit) budget.charge(value.length / unit);
  } else if (Array.isArray(value)) budget.charge(1 + value.length / unit, true);
  else if (value instanceof Map) budget.charge(1 + value.size / unit, true);
}

/** What the node does, as cel-js finds it at its first evaluation. */
function evaluationOf(node: Node): Evaluate {
  const { alternate, macro, evaluate } = node.meta;
  if (alternate) return (evaluator, _node, context) => alternate.evaluate(evaluator, alternate, context);
  if (macro) return (evaluator, _node, context) => macro.evaluate(evaluator, macro, context);
  return overridden(node) ?? evaluate;
}

type Method = (receiver: unknown, ...args: unknown[]) => unknown;

/** cel-js' own methods that are not safe with what strangers write, and what stands in their place. */
const methods: Record<string, Method> = {
  matches(text, pattern) {
    if (typeof text !== 'string' || typeof pattern !== 'string') throw failed('no such overload');
    return matches(text, pattern);
  },
  join(list, separator = '') {
    if (!Array.isArray(list) || typeof separator !== 'string') throw failed('no such overload');
    let length = separator.length * list.length;
    for (const item of list) {
      if (typeof item !== 'string') throw failed('join: list must contain only strings');
      length += item.length;
    }
    if (length > longestText) throw failed(`join: a string of more than ${longestText} characters`);
    return list.join(separator);
  },
  lowerAscii: text => cased(text, /[A-Z]+/g, part => part.toLowerCase()),
  upperAscii: text => cased(text, /[a-z]+/g, part => part.toUpperCase()),
};

function cased(text: unknown, letters: RegExp, change: (part: string) => string): string {
  if (typeof text !== 'string') throw failed('no such overload');
  return text.replace(letters, change);
}

function overridden(node: Node): Evaluate | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, args] = node.args as [string, Node, Node[]];
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) return undefined;
  return (evaluator, _node, context) => {
    const on = receiver.evaluate(evaluator, receiver, context);
    return method(on, ...args.map(arg => arg.evaluate(evaluator, arg, context)));
  };
}
