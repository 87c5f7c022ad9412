/** x-kubernetes-validations: what the rules of a schema say of an object, and of its change. */
import { type Bound, Budget, CelEnvironment, compile, type Program, RuleError } from '../cel/index.js';
import { optionalOf } from '../cel/types.js';
import { deepEqual, isObject } from '../json.js';
import type { FieldError } from '../status.js';
import { invalidValue } from '../validation/errors.js';
import { celType } from './cel-types.js';
import { fieldOf, type JsonSchema, type ValidationRule, valuesOf } from './schema.js';
import { counterparts } from './validate.js';

/** A rule, ready to be asked. */
export interface CompiledRule {
  rule: ValidationRule;
  environment: CelEnvironment;
  program: Program;
  message: Program | undefined;
  /** It reads oldSelf, and so judges changes alone. */
  transition: boolean;
}

/** The rules of one node of a schema, and of all below it; undefined where there are none. */
interface RuleTree {
  rules: CompiledRule[];
  fields: Map<string, RuleTree>;
  values: RuleTree | undefined;
  items: RuleTree | undefined;
}

/** Environments of a node's rules: with oldSelf as it is, and as something that may not be there. */
export function environmentsFor(schema: JsonSchema, root: boolean): (optional: boolean) => CelEnvironment {
  const made = new Map<boolean, CelEnvironment>();
  const self = celType(schema, root);
  return optional => {
    let environment = made.get(optional);
    if (!environment) {
      environment = new CelEnvironment({ self, oldSelf: optional ? optionalOf(self) : self });
      made.set(optional, environment);
    }
    return environment;
  };
}

/** Throws CompileError. */
export function compileRule(rule: ValidationRule, environment: CelEnvironment): CompiledRule {
  const program = compile(environment, rule.rule, ['bool']);
  const message = rule.messageExpression ? compile(environment, rule.messageExpression, ['string']) : undefined;
  return { rule, environment, program, message, transition: program.reads('oldSelf') };
}

const trees = new WeakMap<JsonSchema, RuleTree | null>();

/** Compiled when it is first asked for: a definition's rules have compiled before it was stored. */
function treeOf(schema: JsonSchema, root = false): RuleTree | undefined {
  let tree = trees.get(schema);
  if (tree === undefined) {
    tree = build(schema, root) ?? null;
    trees.set(schema, tree);
  }
  return tree ?? undefined;
}

function build(schema: JsonSchema, root: boolean): RuleTree | undefined {
  const environmentFor = environmentsFor(schema, root);
  const rules = (schema['x-kubernetes-validations'] ?? []).map(rule =>
    compileRule(rule, environmentFor(rule.optionalOldSelf === true)),
  );
  const fields = new Map<string, RuleTree>();
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const inner = treeOf(field);
    if (inner) fields.set(name, inner);
  }
  const inner = valuesOf(schema);
  const values = inner && treeOf(inner);
  const items = schema.items && treeOf(schema.items);
  return rules.length + fields.size > 0 || values || items ? { rules, fields, values, items } : undefined;
}

interface Judged {
  errors: FieldError[];
  budget: Budget;
}

/** `old` is absent for a new object. What has not changed is not judged again. */
export function ruleErrors(object: unknown, schema: JsonSchema, old?: unknown): FieldError[] {
  const judged: Judged = { errors: [], budget: new Budget() };
  const tree = treeOf(schema, true);
  if (tree) judge(object, old, tree, schema, '', judged);
  return judged.errors;
}

/** False when the budget is spent: nothing more is asked. */
function judge(
  value: unknown,
  old: unknown,
  tree: RuleTree,
  schema: JsonSchema,
  path: string,
  judged: Judged,
): boolean {
  if (value === undefined || value === null) return true;
  const bound = new Map<CelEnvironment, Bound>();
  const unchanged = old !== undefined && deepEqual(value, old);
  for (const compiled of tree.rules) {
    const { environment, rule, transition } = compiled;
    if (transition ? old === undefined && !rule.optionalOldSelf : unchanged) continue;
    let values = bound.get(environment);
    if (!values) {
      values = environment.bind({ self: value, oldSelf: old });
      bound.set(environment, values);
    }
    if (!ask(compiled, values, value, path, judged)) return false;
  }
  return judgeInner(value, old, tree, schema, path, judged);
}

function judgeInner(
  value: unknown,
  old: unknown,
  tree: RuleTree,
  schema: JsonSchema,
  path: string,
  judged: Judged,
): boolean {
  if (Array.isArray(value) && tree.items && schema.items) {
    const before = counterparts(old, schema);
    const { items } = schema;
    return value.every((item, i) => judge(item, before(item), tree.items as RuleTree, items, `${path}[${i}]`, judged));
  }
  if (!isObject(value)) return true;
  return Object.keys(value).every(name => {
    const inner = tree.fields.get(name) ?? (schema.properties?.[name] ? undefined : tree.values);
    const field = inner && fieldOf(schema, name);
    if (!inner || !field) return true;
    const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    const at = tree.fields.has(name) ? join(path, name) : `${path}[${name}]`;
    return judge(value[name], before, inner, field, at, judged);
  });
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const typeName = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'integer'
        : 'number'
      : typeof value;

function ask(
  { rule, program, message }: CompiledRule,
  values: Bound,
  value: unknown,
  path: string,
  judged: Judged,
): boolean {
  const at = rule.fieldPath ? `${path}${rule.fieldPath}`.replace(/^\./, '') : path;
  // Of the whole object Go has no path to print.
  const field = at === '' ? '<nil>' : at;
  const named = (rule.message?.trim() || rule.rule.trim()).replace(/\s+/g, ' ');
  try {
    if (program.evaluate(values, judged.budget) === true) return true;
    judged.errors.push(refusal(rule, field, value, messageOf(rule, message, values, judged.budget)));
    return true;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const spent = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${named}`;
    const overload = `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${named}`;
    const said = error.message === 'no such overload' ? overload : `${error.message} evaluating rule: ${named}`;
    judged.errors.push(invalidValue(field, typeName(value), error.outOfBudget ? spent : said));
    return !error.outOfBudget;
  }
}

/** The message that the rule computes; where that fails or says nothing, the one that it states. */
function messageOf(rule: ValidationRule, message: Program | undefined, values: Bound, budget: Budget): string {
  const stated = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
  if (!message) return stated;
  try {
    const said = message.evaluate(values, budget);
    const usable = typeof said === 'string' && said.trim() !== '' && !said.includes('\n') && said.length <= 5 * 1024;
    return usable ? said.trim() : stated;
  } catch (error) {
    if (error instanceof RuleError) return stated;
    throw error;
  }
}

function refusal(rule: ValidationRule, field: string, value: unknown, message: string): FieldError {
  const plain = invalidValue(field, typeName(value), message);
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return { type: 'FieldValueForbidden', field, message: `Forbidden: ${message}` };
    case 'FieldValueRequired':
      return { type: 'FieldValueRequired', field, message: `Required value: ${message}` };
    case 'FieldValueDuplicate':
      return { type: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(typeName(value))}` };
    default:
      return plain;
  }
}
