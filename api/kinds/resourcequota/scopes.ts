/** The scopes of a quota: of which pods (or claims) it counts what. */
import type { FieldError } from '../../status.js';
import type { ResourceQuota } from '../../types.js';
import { invalidValue, required } from '../../validation/errors.js';
import { isStandardQuota } from '../workload/resource-names.js';

type Spec = NonNullable<ResourceQuota['spec']>;
type Requirement = NonNullable<NonNullable<Spec['scopeSelector']>['matchExpressions']>[number];

const compute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const pods = ['pods'];
const claims = ['persistentvolumeclaims', 'requests.storage'];

/** What a quota of each scope may count. */
const countable: Record<string, readonly string[]> = {
  Terminating: [...pods, ...compute],
  NotTerminating: [...pods, ...compute],
  BestEffort: pods,
  NotBestEffort: [...pods, ...compute],
  PriorityClass: [...pods, ...compute],
  CrossNamespacePodAffinity: [...pods, ...compute],
  VolumeAttributesClass: claims,
};

const onlyExist = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const conflicts = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

const applies = (scope: string, hard: readonly string[]): boolean =>
  hard.every(name => !isStandardQuota(name) || (countable[scope]?.includes(name) ?? true));

function validateConflicts(scopes: readonly string[], said: unknown, field: string): FieldError[] {
  const found = conflicts.filter(pair => pair.every(scope => scopes.includes(scope)));
  return found.map(() => invalidValue(field, said, 'conflicting scopes'));
}

function validateList(spec: Spec, hard: readonly string[]): FieldError[] {
  const scopes = spec.scopes ?? [];
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!countable[scope]) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope'));
    if (!applies(scope, hard))
      errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope applied to resource'));
  }
  return [...errors, ...validateConflicts(scopes, scopes, 'spec.scopes')];
}

function validateRequirement({ scopeName, operator, values = [] }: Requirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!countable[scopeName]) errors.push(invalidValue(`${path}.scopeName`, scopeName, 'unsupported scope'));
  if (onlyExist.includes(scopeName) && operator !== 'Exists') {
    const why =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalidValue(`${path}.operator`, operator, why));
  }
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return errors;
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return [...errors, required(`${path}.values`, why)];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return errors;
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return [...errors, invalidValue(`${path}.values`, values, why)];
  }
  return [...errors, invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
}

export function validateScopes(spec: Spec): FieldError[] {
  const hard = Object.keys(spec.hard ?? {});
  const errors = validateList(spec, hard);
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const path = 'spec.scopeSelector.matchExpressions';
  for (const requirement of requirements) {
    errors.push(...validateRequirement(requirement, path));
    if (!applies(requirement.scopeName, hard)) {
      errors.push(invalidValue(path, spec.scopeSelector, 'unsupported scope applied to resource'));
    }
  }
  const names = requirements.map(requirement => requirement.scopeName);
  return [...errors, ...validateConflicts(names, spec.scopes ?? null, path)];
}
