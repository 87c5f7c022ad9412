/** What webhooks and policies match by, beside their rules. */
import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { MatchResources } from '../../types.js';
import { complaints, duplicate, notSupported, required, tooMany } from '../../validation/errors.js';
import { pathSegment, qualifiedName } from '../../validation/strings.js';
import { defaultRules, validateRule } from './rules.js';

export const failurePolicies = ['Fail', 'Ignore'];
export const matchPolicies = ['Equivalent', 'Exact'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];
const mostConditions = 64;

interface MatchCondition {
  name?: string;
  expression?: string;
}

export function validateConditions(conditions: readonly MatchCondition[] | undefined, field: string): FieldError[] {
  const all = conditions ?? [];
  if (all.length > mostConditions) return [tooMany(field, all.length, mostConditions)];
  return all.flatMap(({ name = '', expression = '' }, index) => {
    const path = `${field}[${index}]`;
    const errors = expression.trim() === '' ? [required(`${path}.expression`)] : [];
    if (name === '') errors.push(required(`${path}.name`));
    else errors.push(...complaints(`${path}.name`, name, qualifiedName(name)));
    if (name !== '' && all.findIndex(other => other.name === name) < index) {
      errors.push(duplicate(`${path}.name`, name));
    }
    return errors;
  });
}

/** One of the values, which a default has filled in. */
export function validateChoice(
  value: string | undefined | null,
  field: string,
  choices: readonly string[],
): FieldError[] {
  if (value == null || value === '') return [required(field)];
  return choices.includes(value) ? [] : [notSupported(field, value, choices)];
}

export function defaultMatch(match: MatchResources): void {
  fill(match, 'matchPolicy', 'Equivalent');
  fill(match, 'namespaceSelector', {});
  fill(match, 'objectSelector', {});
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}

type NamedRule = NonNullable<MatchResources['resourceRules']>[number];

function validateNamedRule(rule: NamedRule, path: string): FieldError[] {
  const names = rule.resourceNames ?? [];
  return [
    ...names.flatMap((name, index) => {
      const field = `${path}.resourceNames[${index}]`;
      const again = names.indexOf(name) < index ? [duplicate(field, name)] : [];
      return [...complaints(field, name, pathSegment(name)), ...again];
    }),
    ...validateRule(rule, path),
  ];
}

export function validateMatch(match: MatchResources, path: string): FieldError[] {
  const { namespaceSelector, objectSelector, matchPolicy } = match;
  return [
    ...validateChoice(matchPolicy, `${path}.matchPolicy`, matchPolicies),
    ...(namespaceSelector ? [] : [required(`${path}.namespaceSelector`)]),
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(objectSelector ? [] : [required(`${path}.objectSelector`)]),
    ...validateLabelSelector(objectSelector, `${path}.objectSelector`),
    ...(match.resourceRules ?? []).flatMap((rule, i) => validateNamedRule(rule, `${path}.resourceRules[${i}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, i) =>
      validateNamedRule(rule, `${path}.excludeResourceRules[${i}]`),
    ),
  ];
}
