/** Policy rules: what Role and ClusterRole share. */
import type { FieldError } from '../../status.js';
import type { PolicyRule } from '../../types.js';
import { invalidValue, required } from '../../validation/errors.js';

export const rbacGroup = 'rbac.authorization.k8s.io';

function validateRule(rule: PolicyRule, path: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [] } = rule;
  if ((verbs ?? []).length === 0) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    if (namespaced) {
      const why = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalidValue(`${path}.nonResourceURLs`, nonResourceURLs, why));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const why = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(`${path}.nonResourceURLs`, nonResourceURLs, why));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

export const validateRules = (rules: readonly PolicyRule[] | undefined | null, namespaced: boolean): FieldError[] =>
  (rules ?? []).flatMap((rule, index) => validateRule(rule, `rules[${index}]`, namespaced));
