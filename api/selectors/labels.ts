/**
 * Label selectors: 'a=b,c!=d,e in (x,y),f,!g' and LabelSelector objects become requirements, which labels match or do
 * not. Errors are worded as Kubernetes' parser words them.
 */
import { badRequest } from '../status.js';
import type { LabelSelector } from '../types.js';
import { qualifiedName, validLabelValue } from '../validation/strings.js';

type Labels = Readonly<Record<string, string>> | undefined | null;

export type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

/** All requirements must hold; none is "everything". */
export interface Selector {
  readonly requirements: readonly Requirement[];
  matches(labels: Labels): boolean;
  /** In the string form that a query's labelSelector has. */
  toString(): string;
}

const labelValue = (labels: Labels, key: string): string | undefined =>
  labels && Object.hasOwn(labels, key) ? labels[key] : undefined;

/** Numbers compare as integers; what is none matches neither more nor less. */
function compares(value: string | undefined, limit: string, sign: 1 | -1): boolean {
  if (value === undefined || !/^[-+]?\d+$/.test(value)) return false;
  const difference = BigInt(value) - BigInt(limit);
  return sign === 1 ? difference > 0n : difference < 0n;
}

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labelValue(labels, key);
  switch (operator) {
    case '=':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
      return compares(value, values[0] as string, 1);
    case 'lt':
      return compares(value, values[0] as string, -1);
  }
}

function write({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

export const selectorOf = (requirements: readonly Requirement[]): Selector => ({
  requirements,
  matches: labels => requirements.every(requirement => meets(requirement, labels)),
  toString: () => requirements.map(write).join(','),
});

/** Matches whatever there is. */
export const everything = selectorOf([]);

const nothing: Selector = { requirements: [], matches: () => false, toString: () => '' };

/** The words and signs of a selector, with nothing lost but blanks. */
const tokens = (text: string): string[] => text.match(/!=|==|[(),!<>=]|[^\s(),!<>=]+/g) ?? [];

class Parser {
  private at = 0;
  constructor(
    private readonly text: string,
    private readonly list: readonly string[],
  ) {}

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.list.length === 0) return requirements;
    for (;;) {
      requirements.push(this.requirement());
      const next = this.next();
      if (next === '') return requirements;
      if (next !== ',') this.fail(`found '${next}', expected: ',' or 'end of string'`);
      if (this.peek() === '') this.fail("found '', expected: identifier after ','");
    }
  }

  private peek = (): string => this.list[this.at] ?? '';
  private next = (): string => this.list[this.at++] ?? '';

  private fail(why: string): never {
    throw badRequest(`unable to parse requirement: ${why} (in the selector ${JSON.stringify(this.text)})`);
  }

  private requirement(): Requirement {
    if (this.peek() === '!') {
      this.next();
      return { key: this.key(), operator: '!', values: [] };
    }
    const key = this.key();
    const sign = this.peek();
    if (sign === '' || sign === ',') return { key, operator: 'exists', values: [] };
    this.next();
    if (sign === 'in' || sign === 'notin') return { key, operator: sign, values: this.values(key) };
    if (sign === '=' || sign === '==') return { key, operator: '=', values: [this.value(key)] };
    if (sign === '!=') return { key, operator: '!=', values: [this.value(key)] };
    if (sign === '>' || sign === '<') return { key, operator: sign === '>' ? 'gt' : 'lt', values: [this.number()] };
    return this.fail(`found '${sign}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  private key(): string {
    const key = this.next();
    if (key === '' || /^[(),!<>=]/.test(key)) this.fail(`found '${key}', expected: !, identifier, or 'end of string'`);
    const said = qualifiedName(key);
    if (said.length > 0) this.fail(`<nil>: Invalid value: ${JSON.stringify(key)}: ${said.join('; ')}`);
    return key;
  }

  /** May be empty: 'a=' and 'a=,b' say that the label has no value. */
  private value(key: string): string {
    const next = this.peek();
    if (next === '' || next === ',' || next === ')') return '';
    if (/^[(!<>=]/.test(next)) this.fail(`found '${next}', expected: identifier`);
    const said = validLabelValue(this.next());
    if (said.length > 0) this.fail(`values[0][${key}]: Invalid value: ${JSON.stringify(next)}: ${said.join('; ')}`);
    return next;
  }

  private values(key: string): string[] {
    if (this.next() !== '(') this.fail(`found '${this.list[this.at - 1] ?? ''}', expected: '('`);
    const values: string[] = [];
    for (;;) {
      values.push(this.value(key));
      const next = this.next();
      if (next === ')') return [...new Set(values)].sort();
      if (next !== ',') this.fail(`found '${next}', expected: ',' or ')'`);
    }
  }

  private number(): string {
    const value = this.next();
    if (!/^[-+]?\d+$/.test(value))
      this.fail(
        `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    return value;
  }
}

/** The string form, as a query or `kubectl -l` gives it. Throws BadRequest. */
export function parseLabelSelector(text: string): Selector {
  const requirements = new Parser(text, tokens(text)).parse();
  return requirements.length === 0 ? everything : selectorOf(requirements);
}

const operatorNames: Record<string, Operator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** A LabelSelector object: an absent one matches nothing, an empty one everything. Throws BadRequest. */
export function labelSelectorOf(selector: LabelSelector | undefined | null): Selector {
  if (!selector) return nothing;
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = operatorNames[operator];
    if (!known) throw badRequest(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push({ key, operator: known, values });
  }
  return selectorOf(requirements);
}

/** A map of labels (the selector of a Service or a ReplicationController): an absent or empty one matches nothing. */
export function labelMapSelector(labels: Labels): Selector {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return nothing;
  return selectorOf(entries.map(([key, value]) => ({ key, operator: '=' as const, values: [value] })));
}
