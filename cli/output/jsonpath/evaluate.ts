/** A JSONPath template over an object: the values of its paths, and its text. */
import { isObject, own } from '../../../api/json.js';
import { Failure } from '../../failure.js';
import { goJson } from '../json.js';
import { type Operand, type Operator, type Part, parseTemplate, type Step } from './parse.js';

/**
 * What the template says of this object. Several values of one path are separated by a space; a field that is absent
 * is nothing.
 */
export const renderJsonPath = (template: string, object: unknown): string =>
  renderParts(parseTemplate(template), object, object);

/** All values that the paths of the template name, in order. */
export function jsonPathValues(template: string, object: unknown): unknown[] {
  return parseTemplate(template).flatMap(part => (part.part === 'text' ? [] : walk(part.path, [object], object)));
}

function renderParts(parts: readonly Part[], here: unknown, root: unknown): string {
  return parts
    .map(part => {
      if (part.part === 'text') return part.text;
      const values = walk(part.path, [part.root ? root : here], root);
      if (part.part === 'path') return values.map(text).join(' ');
      return values.map(value => renderParts(part.body, value, root)).join('');
    })
    .join('');
}

const text = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : goJson(value);
};

function walk(path: readonly Step[], from: readonly unknown[], root: unknown): unknown[] {
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
    if (item === undefined) throw new Failure(`array index out of bounds: index ${step.index}, length ${value.length}`);
    return [item];
  }
  if (step.by <= 0) throw new Failure('step must be > 0');
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
