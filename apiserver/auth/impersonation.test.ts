import assert from 'node:assert/strict';
import type { AnyObject, PolicyRule } from '../../api/types.js';
import type { User } from '../contracts.js';
import { clusterAuthorizer } from './authorizer.js';
import { impersonate } from './impersonation.js';
import { FakeLookup } from './testing/fake-lookup.js';
import { someone } from './testing/requests.js';

const group = 'rbac.authorization.k8s.io';
const helpdesk: PolicyRule[] = [
  {
    verbs: ['impersonate'],
    apiGroups: [''],
    resources: ['users'],
    resourceNames: ['jane', 'cn=jane,ou=people', 'system:anonymous'],
  },
  { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['dev', 'ops'] },
  {
    verbs: ['impersonate'],
    apiGroups: ['authentication.k8s.io'],
    resources: ['userextras/scopes'],
    resourceNames: ['read'],
  },
  { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['uids'], resourceNames: ['7'] },
  { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
];
const binding: AnyObject = {
  apiVersion: `${group}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'helpdesk' },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'helpdesk' },
  subjects: [{ kind: 'User', name: 'desk', apiGroup: group }],
};
const role: AnyObject = {
  apiVersion: `${group}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'helpdesk' },
  rules: helpdesk,
};
const authorizer = clusterAuthorizer(new FakeLookup([role, binding]));
const desk = someone('desk');
const authenticated = 'system:authenticated';

describe('impersonation', () => {
  const table: [string, Record<string, string | string[]>, User][] = [
    ['nobody', { accept: 'x' }, desk],
    ['a user', { 'impersonate-user': 'jane' }, { name: 'jane', groups: [authenticated] }],
    [
      'a name with commas, which is one name',
      { 'impersonate-user': 'cn=jane,ou=people' },
      { name: 'cn=jane,ou=people', groups: [authenticated] },
    ],
    [
      'groups',
      { 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops' },
      { name: 'jane', groups: ['dev', 'ops', authenticated] },
    ],
    [
      'a uid and extra',
      { 'impersonate-user': 'jane', 'impersonate-uid': '7', 'impersonate-extra-scopes': 'read' },
      { name: 'jane', uid: '7', groups: [authenticated], extra: { scopes: ['read'] } },
    ],
    [
      'a service account, with its groups',
      { 'impersonate-user': 'system:serviceaccount:shop:robot' },
      {
        name: 'system:serviceaccount:shop:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', authenticated],
      },
    ],
    [
      'the anonymous',
      { 'impersonate-user': 'system:anonymous' },
      { name: 'system:anonymous', groups: ['system:unauthenticated'] },
    ],
  ];
  for (const [what, headers, expected] of table) {
    it(`of ${what}`, () => assert.deepEqual(impersonate(authorizer, desk, headers), expected));
  }

  const refused: [string, User, Record<string, string>, object][] = [
    [
      'another user',
      desk,
      { 'impersonate-user': 'root' },
      {
        reason: 'Forbidden',
        message:
          'users "root" is forbidden: User "desk" cannot impersonate resource "users" in API group "" at the cluster scope',
      },
    ],
    [
      'a group beside an allowed user',
      desk,
      { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
      { reason: 'Forbidden' },
    ],
    [
      'one of two groups',
      desk,
      { 'impersonate-user': 'jane', 'impersonate-group': 'dev, system:masters' },
      { reason: 'Forbidden' },
    ],
    [
      'another extra value',
      desk,
      { 'impersonate-user': 'jane', 'impersonate-extra-scopes': 'write' },
      { reason: 'Forbidden' },
    ],
    [
      'another extra key',
      desk,
      { 'impersonate-user': 'jane', 'impersonate-extra-other': 'read' },
      { reason: 'Forbidden' },
    ],
    ['another uid', desk, { 'impersonate-user': 'jane', 'impersonate-uid': '8' }, { reason: 'Forbidden' }],
    ['anybody, by those who may not', someone('x'), { 'impersonate-user': 'jane' }, { reason: 'Forbidden' }],
    ['groups of nobody', desk, { 'impersonate-group': 'dev' }, { reason: 'BadRequest' }],
    ['extra of nobody', desk, { 'impersonate-extra-scopes': 'read' }, { reason: 'BadRequest' }],
  ];
  for (const [what, user, headers, error] of refused) {
    it(`is refused: ${what}`, () => assert.throws(() => impersonate(authorizer, user, headers), error));
  }
});
