/** Do the rules of a schema compile, and do they make sense where they stand? */
import { CompileError, compile } from '../cel/index.js';
import type { FieldError } from '../status.js';
import { forbiddenField, invalidValue, notSupported, required } from '../validation/errors.js';
import { atRoot, CostCheck, type Standing, withinEach } from './cost.js';
import { environmentsFor } from './rules.js';
import { type JsonSchema, type ValidationRule, valuesOf } from './schema.js';

const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];
/** More rules than this on one node are no validation any more. */
const mostRules = 100;

/** Where a node of a schema stands. */
interface Place {
  path: string;
  root: boolean;
  /** An object below can be told from the one that it replaces (not so in atomic lists). */
  correlatable: boolean;
  standing: Standing;
  costs: CostCheck;
}

/** What is wrong with the rules of a whole schema, whatever they cost. */
export const checkRules = (schema: JsonSchema, path: string): FieldError[] =>
  checkNode(schema, { path, root: true, correlatable: true, standing: atRoot, costs: new CostCheck() });

/** Which rules of a schema cost too much, of those that have compiled. */
export function checkCosts(schema: JsonSchema, path: string): FieldError[] {
  const costs = new CostCheck();
  checkNode(schema, { path, root: true, correlatable: true, standing: atRoot, costs });
  return [...costs.errors, ...costs.together(path)];
}

function checkNode(schema: JsonSchema, place: Place): FieldError[] {
  const { path, root, correlatable, standing } = place;
  const rules = schema['x-kubernetes-validations'] ?? [];
  const at = `${path}.x-kubernetes-validations`;
  const errors: FieldError[] = [];
  if (rules.length > mostRules) return [invalidValue(at, rules.length, `must have at most ${mostRules} rules`)];
  if (rules.length > 0 && !schema.type && !schema['x-kubernetes-int-or-string']) {
    errors.push(invalidValue(at, '', 'can only be used where the type of the value is specified'));
  } else {
    const environmentFor = environmentsFor(schema, root);
    rules.forEach((rule, index) => {
      errors.push(...checkRule(rule, `${at}[${index}]`, environmentFor, schema, place));
    });
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNode(inner, { ...place, path: `${path}.properties[${name}]`, root: false }));
  }
  const values = valuesOf(schema);
  if (values) {
    const each = withinEach(standing, schema.maxProperties);
    errors.push(...checkNode(values, { ...place, path: `${path}.additionalProperties`, root: false, standing: each }));
  }
  const keyed = correlatable && schema['x-kubernetes-list-type'] === 'map';
  if (schema.items) {
    const each = withinEach(standing, schema.maxItems);
    const inner = { ...place, path: `${path}.items`, root: false, correlatable: keyed, standing: each };
    errors.push(...checkNode(schema.items, inner));
  }
  return errors;
}

function checkRule(
  rule: ValidationRule,
  at: string,
  environmentFor: ReturnType<typeof environmentsFor>,
  schema: JsonSchema,
  place: Place,
): FieldError[] {
  const errors = [...checkTexts(rule, at), ...checkFieldPath(rule, at, schema)];
  if ((rule.rule ?? '').trim() === '') return [...errors, required(`${at}.rule`, 'rule is not specified')];
  try {
    const program = compile(environmentFor(rule.optionalOldSelf === true), rule.rule, ['bool']);
    place.costs.add(program, 'rule', schema, place, at);
    const transition = program.reads('oldSelf');
    if (transition && !place.correlatable) {
      const why = 'oldSelf cannot be used on the uncorrelatable portion of the schema';
      errors.push(invalidValue(`${at}.rule`, rule, why));
    }
    if (!transition && rule.optionalOldSelf !== undefined) {
      const why = 'may not be set if oldSelf is not used in rule';
      errors.push(invalidValue(`${at}.optionalOldSelf`, rule.optionalOldSelf, why));
    }
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    errors.push(invalidValue(`${at}.rule`, rule, compilation(error)));
  }
  return [...errors, ...checkMessage(rule, at, environmentFor, schema, place)];
}

function checkMessage(
  rule: ValidationRule,
  at: string,
  environmentFor: ReturnType<typeof environmentsFor>,
  schema: JsonSchema,
  place: Place,
): FieldError[] {
  const { messageExpression } = rule;
  if (messageExpression === undefined) return [];
  const field = `${at}.messageExpression`;
  if (messageExpression.trim() === '') return [required(field, 'messageExpression must be non-empty if specified')];
  try {
    const program = compile(environmentFor(rule.optionalOldSelf === true), messageExpression, ['string']);
    place.costs.add(program, 'messageExpression', schema, place, at);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const why = error.message.startsWith('must evaluate')
      ? 'must evaluate to a string'
      : `compilation failed: ${error.message}`;
    return [invalidValue(field, rule, `messageExpression ${why}`)];
  }
}

const compilation = ({ message }: CompileError): string =>
  message.startsWith('must evaluate') ? 'cel expression must evaluate to a bool' : `compilation failed: ${message}`;

function checkTexts({ message, rule, reason }: ValidationRule, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (message !== undefined) {
    if (message.trim() === '')
      errors.push(invalidValue(`${at}.message`, message, 'message must be non-empty if specified'));
    else if (/[\r\n]/.test(message.trim())) {
      errors.push(invalidValue(`${at}.message`, message, 'message must not contain line breaks'));
    }
  } else if (/[\r\n]/.test((rule ?? '').trim())) {
    errors.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (reason && !reasons.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, reasons));
  return errors;
}

function checkFieldPath({ fieldPath }: ValidationRule, at: string, schema: JsonSchema): FieldError[] {
  if (fieldPath === undefined || fieldPath === '') return [];
  let node: JsonSchema | undefined = schema;
  let rest = fieldPath;
  while (rest !== '' && node) {
    const step: RegExpExecArray | null = /^(?:\.([^.[\]]+)|\[(?:'([^']*)'|"([^"]*)")\])/.exec(rest);
    if (!step) return [invalidValue(`${at}.fieldPath`, fieldPath, 'fieldPath must be a valid path')];
    const name = step[1] ?? step[2] ?? step[3] ?? '';
    node = node.properties?.[name] ?? valuesOf(node);
    rest = rest.slice(step[0].length);
  }
  if (node) return [];
  return [
    forbiddenField(`${at}.fieldPath`, `fieldPath ${JSON.stringify(fieldPath)} must refer to a field of the schema`),
  ];
}
