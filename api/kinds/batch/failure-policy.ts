/** spec.podFailurePolicy: which failures end a job at once, and which do not count. */
import type { FieldError } from '../../status.js';
import type { JobSpec } from '../../types.js';
import {
  complaints,
  duplicate,
  invalidValue,
  notSupported,
  required,
  tooMany,
  withoutValue,
} from '../../validation/errors.js';
import { qualifiedName } from '../../validation/strings.js';

type Rule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const mostRules = 20;
const mostExitCodes = 255;
const mostPatterns = 20;

function validateValues(values: number[], operator: string, path: string): FieldError[] {
  if (values.length === 0) return [invalidValue(path, values, 'at least one value is required')];
  if (values.length > mostExitCodes) return [tooMany(path, values.length, mostExitCodes)];
  const errors: FieldError[] = [];
  let ordered = true;
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalidValue(`${path}[${index}]`, 0, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < index) errors.push(duplicate(`${path}[${index}]`, value));
    if (index > 0 && value < (values[index - 1] as number)) ordered = false;
  });
  if (!ordered) errors.push(invalidValue(path, values, 'must be ordered'));
  return errors;
}

function validateExitCodes(codes: NonNullable<Rule['onExitCodes']>, path: string, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (codes.operator !== 'In' && codes.operator !== 'NotIn') {
    errors.push(notSupported(`${path}.operator`, codes.operator, ['In', 'NotIn']));
  }
  if (codes.containerName !== undefined && !names.has(codes.containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(`${path}.containerName`, codes.containerName, why));
  }
  return [...errors, ...validateValues(codes.values ?? [], codes.operator, `${path}.values`)];
}

function validateConditions(patterns: NonNullable<Rule['onPodConditions']>, path: string): FieldError[] {
  if (patterns.length > mostPatterns) return [tooMany(path, patterns.length, mostPatterns)];
  return patterns.flatMap((pattern, index) => {
    const errors = complaints(`${path}[${index}].type`, pattern.type, qualifiedName(pattern.type ?? ''));
    const statuses = ['False', 'True', 'Unknown'];
    const status = pattern.status ?? '';
    if (status === '') errors.push(required(`${path}[${index}].status`, `valid values: ${quoted(statuses)}`));
    else if (!statuses.includes(status)) errors.push(notSupported(`${path}[${index}].status`, status, statuses));
    return errors;
  });
}

const quoted = (values: readonly string[]): string => values.map(value => JSON.stringify(value)).join(', ');

function validateRule(rule: Rule, path: string, spec: JobSpec, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!rule.action) errors.push(required(`${path}.action`, `valid values: ${quoted(actions)}`));
  else if (!actions.includes(rule.action)) errors.push(notSupported(`${path}.action`, rule.action, actions));
  else if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    const why = 'requires the backoffLimitPerIndex to be set';
    errors.push(invalidValue(`${path}.action`, rule.action, why));
  }
  const { onExitCodes, onPodConditions = [] } = rule;
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, `${path}.onExitCodes`, names));
  errors.push(...validateConditions(onPodConditions, `${path}.onPodConditions`));
  if (onExitCodes && onPodConditions.length > 0) {
    errors.push(withoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  } else if (!onExitCodes && onPodConditions.length === 0) {
    errors.push(withoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

export function validateFailurePolicy(spec: JobSpec, path: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > mostRules) return [tooMany(`${path}.rules`, rules.length, mostRules)];
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(container => container.name));
  return rules.flatMap((rule, index) => validateRule(rule, `${path}.rules[${index}]`, spec, names));
}
