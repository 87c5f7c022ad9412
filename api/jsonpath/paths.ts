/** JSONPath over an object: the values that a path names. */
import { isObject, own } from '../json.js';
import { JsonPathError, type Operand, type Operator, parseTemplate, type Step } from './parse.js';

export { JsonPathError } from './parse.js';

/** One path ('.status.conditions[?(@.type=="Ready")].status'). Throws JsonPathError. */
export function parsePath(path: string): Step[] {
  const [part, ...rest] = parseTemplate(`{${path}}`);
  if (part?.part === 'path' && rest.length === 0) return part.path;
  throw new JsonPathError(`error parsing jsonpath ${path}: it must be one path`);
}

const plainPath = /^(?:\.(?:[A-Za-z0-9_-]|\\\.)+|\.?\['[^']+'\])+$/;

/** The names of a path of names alone ('.spec.replicas', ".spec['a.b']"); undefined for anything else. */
export function simplePath(path: string): string[] | undefined {
  if (!plainPath.test(path) || !path.startsWith('.')) return undefined;
  return parsePath(path).map(step => (step.step === 'field' ? step.name : ''));
}

/** What the path names within the object; nothing where it leads out of it. */
export function valuesAt(path: readonly Step[], object: unknown): unknown[] {
  try {
    return walk(path, [object], object);
  } catch (error) {
    if (error instanceof JsonPathError) return [];
    throw error;
  }
}

/** Throws JsonPathError for an index beyond a list's end. */
export function walk(path: readonly Step[], from: readonly unknown[], root: unknown): unknown[] {
  return path.reduce<unknown[]>((values, step) => values.flatMap(value => take(step, value, root)), [...from]);
}

function take(step: Step, value: unknown, root: unknown): unknown[] {
  switch (step.step) {
    case 'field':
      return fieldOf(value, step.name);
    case 'wildcard':
      return children(value);
    case 'recursive':
      return descendants(value);
    case 'union':
      return step.steps.flatMap(inner => take(inner, value, root));
    case 'filter':
      return children(value).filter(item => passes(step, item, root));
    default:
      return elementsOf(step, value);
  }
}

function fieldOf(value: unknown, name: string): unknown[] {
  const found = isObject(value) ? own(value, name) : undefined;
  return found === undefined ? [] : [found];
}

function elementsOf(step: Extract<Step, { step: 'index' | 'slice' }>, value: unknown): unknown[] {
  if (!Array.isArray(value)) return [];
  if (step.step === 'index') {
    const item: unknown = value.at(step.index);
    if (item === undefined)
      throw new JsonPathError(`array index out of bounds: index ${step.index}, length ${value.length}`);
    return [item];
  }
  if (step.by <= 0) throw new JsonPathError('step must be > 0');
  return value.slice(step.from, step.to).filter((_, index) => index % step.by === 0);
}

const children = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
};

const descendants = (value: unknown): unknown[] => [value, ...children(value).flatMap(descendants)];

function passes(filter: Extract<Step, { step: 'filter' }>, item: unknown, root: unknown): boolean {
  const left = operandValues(filter.left, item, root);
  if (filter.operator === undefined || filter.right === undefined) return left.length > 0;
  const [a] = left;
  const [b] = operandValues(filter.right, item, root);
  return a !== undefined && b !== undefined && compare(a, filter.operator, b);
}

const operandValues = (operand: Operand, item: unknown, root: unknown): unknown[] =>
  'literal' in operand ? [operand.literal] : walk(operand.path, [operand.root ? root : item], root);

function compare(a: unknown, operator: Operator, b: unknown): boolean {
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const [x, y] = [a, b as typeof a];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}
