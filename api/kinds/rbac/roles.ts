import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { ClusterRole, Role } from '../../types.js';
import { required } from '../../validation/errors.js';
import { createdAtColumn, nameColumn } from '../columns.js';
import { defineKind } from '../define.js';
import { rbacGroup, validateRules } from './rules.js';

export const roleRow = defineKind<Role>({
  group: rbacGroup,
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  model: 'V1Role',
  nameRule: 'pathSegment',
  columns: [nameColumn, createdAtColumn],
  defaults: role => fill(role, 'rules', []),
  validate: role => validateRules(role.rules, true),
});

function validateAggregation(role: ClusterRole): FieldError[] {
  if (!role.aggregationRule) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, index) => validateLabelSelector(selector, `${field}[${index}]`));
}

export const clusterRoleRow = defineKind<ClusterRole>({
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  model: 'V1ClusterRole',
  nameRule: 'pathSegment',
  columns: [nameColumn, createdAtColumn],
  defaults: role => fill(role, 'rules', []),
  validate: role => [...validateRules(role.rules, false), ...validateAggregation(role)],
});
