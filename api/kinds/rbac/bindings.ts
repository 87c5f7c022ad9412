import { deepEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { ClusterRoleBinding, RbacSubject, RoleBinding } from '../../types.js';
import { complaints, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1123Subdomain, pathSegment } from '../../validation/strings.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { rbacGroup } from './rules.js';

type AnyBinding = RoleBinding | ClusterRoleBinding;

/** Users and groups belong to RBAC's own group; service accounts are core objects. */
function defaults(binding: AnyBinding): void {
  if (binding.roleRef && !binding.roleRef.apiGroup) binding.roleRef.apiGroup = rbacGroup;
  for (const subject of binding.subjects ?? []) {
    if (!subject.apiGroup && subject.kind !== 'ServiceAccount') subject.apiGroup = rbacGroup;
  }
}

function validateSubject(subject: RbacSubject, path: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { kind, name, namespace = '', apiGroup = '' } = subject;
  if (!name) errors.push(required(`${path}.name`));
  if (kind === 'ServiceAccount') {
    if (name) errors.push(...complaints(`${path}.name`, name, dns1123Subdomain(name)));
    if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
    if (!namespaced && namespace === '') errors.push(required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
  } else {
    errors.push(notSupported(`${path}.kind`, kind ?? '', ['Group', 'ServiceAccount', 'User']));
  }
  return errors;
}

function validateRoleRef(binding: AnyBinding, kinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  else errors.push(...complaints('roleRef.name', name, pathSegment(name)));
  return errors;
}

function validate(binding: AnyBinding, namespaced: boolean): FieldError[] {
  const kinds = namespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  const subjects = binding.subjects ?? [];
  return [
    ...validateRoleRef(binding, kinds),
    ...subjects.flatMap((subject, index) => validateSubject(subject, `subjects[${index}]`, namespaced)),
  ];
}

/** A binding stands for one role: who may change whom it binds must not change to what. */
const validateUpdate = (binding: AnyBinding, old: AnyBinding): FieldError[] =>
  deepEqual(binding.roleRef, old.roleRef) ? [] : [invalidValue('roleRef', binding.roleRef, 'cannot change roleRef')];

const subjectNames = (binding: AnyBinding, kind: string): string =>
  (binding.subjects ?? [])
    .filter(subject => subject.kind === kind)
    .map(subject => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name))
    .join(', ');

const columns = [
  nameColumn,
  text<AnyBinding>('Role', binding => `${binding.roleRef?.kind}/${binding.roleRef?.name}`),
  ageColumn,
  text<AnyBinding>('Users', binding => subjectNames(binding, 'User'), 'wide'),
  text<AnyBinding>('Groups', binding => subjectNames(binding, 'Group'), 'wide'),
  text<AnyBinding>('ServiceAccounts', binding => subjectNames(binding, 'ServiceAccount'), 'wide'),
];

export const roleBindingRow = defineKind<RoleBinding>({
  group: rbacGroup,
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  model: 'V1RoleBinding',
  nameRule: 'pathSegment',
  columns,
  defaults,
  validate: binding => validate(binding, true),
  validateUpdate,
});

export const clusterRoleBindingRow = defineKind<ClusterRoleBinding>({
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  model: 'V1ClusterRoleBinding',
  nameRule: 'pathSegment',
  columns,
  defaults,
  validate: binding => validate(binding, false),
  validateUpdate,
});
