/** Which requests a webhook or a policy is about: operations, groups, versions, resources. */
import type { FieldError } from '../../status.js';
import { invalidValue, notSupported, required } from '../../validation/errors.js';

export interface Rule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: string;
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

export function defaultRules(rules: readonly Rule[] | undefined | null): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}

/** '*' says it all: nothing may stand beside it. */
function alone(values: readonly string[], field: string, what: string): FieldError[] {
  if (values.length < 2 || !values.includes('*')) return [];
  return [invalidValue(field, values, `if '*' is present, must not specify other ${what}`)];
}

function validateOperations(asked: readonly string[], field: string): FieldError[] {
  if (asked.length === 0) return [required(field)];
  return [
    ...alone(asked, field, 'operations'),
    ...asked.flatMap((operation, index) =>
      operations.includes(operation) ? [] : [notSupported(`${field}[${index}]`, operation, operations)],
    ),
  ];
}

/** A resource, a subresource of it, or wildcards for either: what one says another must not say again. */
function validateResources(resources: readonly string[], field: string): FieldError[] {
  if (resources.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const [allOf, anyWith] = [new Set<string>(), new Set<string>()];
  resources.forEach((text, index) => {
    const at = `${field}[${index}]`;
    if (text === '') errors.push(required(at));
    const slash = text.indexOf('/');
    if (slash < 0) return;
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    if (allOf.has(resource)) {
      errors.push(invalidValue(at, text, `if '${resource}/*' is present, must not specify ${text}`));
    }
    if (anyWith.has(subresource)) {
      errors.push(invalidValue(at, text, `if '*/${subresource}' is present, must not specify ${text}`));
    }
    if (subresource === '*') allOf.add(resource);
    if (resource === '*') anyWith.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && resources.some(text => text !== '' && text !== '*' && !text.includes('/'))) {
    const why = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(field, resources, why));
  }
  return errors;
}

export function validateRule(rule: Rule, path: string): FieldError[] {
  const { apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const errors = validateOperations(rule.operations ?? [], `${path}.operations`);
  if (apiGroups.length === 0) errors.push(required(`${path}.apiGroups`));
  errors.push(...alone(apiGroups, `${path}.apiGroups`, 'API groups'));
  if (apiVersions.length === 0) errors.push(required(`${path}.apiVersions`));
  errors.push(...alone(apiVersions, `${path}.apiVersions`, 'API versions'));
  apiVersions.forEach((version, index) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`));
  });
  errors.push(...validateResources(resources, `${path}.resources`));
  if (scope != null && !scopes.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, scopes));
  return errors;
}
