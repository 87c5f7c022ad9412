import assert from 'node:assert/strict';
import type { AnyObject, PolicyRule } from '../../../api/types.js';
import type { User } from '../../contracts.js';
import { clusterAuthorizer } from '../authorizer.js';
import { defaultPolicy } from '../bootstrap-policy.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { someone } from '../testing/requests.js';
import { checkEscalation } from './escalation.js';

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;
const getPods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const getNodes: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['nodes'] };

const role = (...rules: PolicyRule[]): AnyObject => ({
  apiVersion,
  kind: 'Role',
  metadata: { name: 'new', namespace: 'shop' },
  rules,
});
const clusterRole = (...rules: PolicyRule[]): AnyObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name: 'new' },
  rules,
});
const binding = (namespace: string, kind: string, name: string, user = 'eve'): AnyObject => ({
  apiVersion,
  kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
  metadata: { name: `${name}-${user}-${namespace}`, ...(namespace ? { namespace } : {}) },
  roleRef: { apiGroup: group, kind, name },
  subjects: [{ kind: 'User', name: user, apiGroup: group }],
});
const special = (name: string, verb: string, resource: string, ...resourceNames: string[]): AnyObject => ({
  ...clusterRole({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames }),
  metadata: { name },
});

const alice = someone('alice', 'dev');
const escalator = someone('escalator');
const binder = someone('binder');
const root = someone('root', 'system:masters');
const clusterAdmin = someone('boss');

const authority = clusterAuthorizer(
  new FakeLookup([
    ...defaultPolicy(),
    binding('shop', 'ClusterRole', 'admin', 'alice'),
    special('escalate-new', 'escalate', 'clusterroles', 'new'),
    binding('', 'ClusterRole', 'escalate-new', 'escalator'),
    special('bind-view', 'bind', 'clusterroles', 'view'),
    binding('', 'ClusterRole', 'bind-view', 'binder'),
    binding('', 'ClusterRole', 'cluster-admin', 'boss'),
  ]),
);

const aggregating = { ...clusterRole(), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
const held = /permissions not currently held/;
type Write = { resource: string; object: AnyObject; old?: AnyObject };
const roles = (object: AnyObject, old?: AnyObject): Write => ({ resource: 'roles', object, ...(old ? { old } : {}) });
const clusterRoles = (object: AnyObject, old?: AnyObject): Write => ({
  ...roles(object, old),
  resource: 'clusterroles',
});
const bindings = (object: AnyObject, old?: AnyObject): Write => ({
  ...roles(object, old),
  resource: object.kind === 'RoleBinding' ? 'rolebindings' : 'clusterrolebindings',
});

const aggregates = /must have cluster-admin privileges to use the aggregationRule/;

const table: [string, User, Write, RegExp | undefined][] = [
  ['a role of what one holds there', alice, roles(role(getPods)), undefined],
  ['a role of what one does not hold', alice, roles(role(getPods, getNodes)), held],
  [
    'the same rules in another namespace',
    alice,
    roles({ ...role(getPods), metadata: { name: 'r', namespace: 'x' } }),
    held,
  ],
  ['a cluster role of what one holds in a namespace only', alice, clusterRoles(clusterRole(getPods)), held],
  [
    'a label on a role that holds more',
    alice,
    roles({ ...role(getNodes), metadata: { name: 'new', namespace: 'shop', labels: { a: 'b' } } }, role(getNodes)),
    undefined,
  ],
  ['fewer rules, of which some are not held', alice, roles(role(getNodes), role(getNodes, getPods)), held],
  [
    'anything, as a master',
    root,
    clusterRoles(clusterRole({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })),
    undefined,
  ],
  [
    'anything, as cluster-admin',
    clusterAdmin,
    clusterRoles(clusterRole({ verbs: ['*'], nonResourceURLs: ['*'] })),
    undefined,
  ],
  ['anything in the named role, by the verb escalate', escalator, clusterRoles(clusterRole(getNodes)), undefined],
  [
    'another role than the named one',
    escalator,
    clusterRoles({ ...clusterRole(getNodes), metadata: { name: 'other' } }),
    held,
  ],
  ['an aggregated role', alice, clusterRoles(aggregating), aggregates],
  ['an aggregated role, as cluster-admin', clusterAdmin, clusterRoles(aggregating), undefined],
  ['a role turned into an aggregated one', alice, clusterRoles(aggregating, clusterRole()), aggregates],
  ['a binding to what one holds', alice, bindings(binding('shop', 'ClusterRole', 'edit')), undefined],
  ['a binding to more', alice, bindings(binding('shop', 'ClusterRole', 'cluster-admin')), held],
  ['a binding everywhere to what one holds in one place', alice, bindings(binding('', 'ClusterRole', 'edit')), held],
  ['a binding elsewhere', alice, bindings(binding('x', 'ClusterRole', 'view')), held],
  [
    'a binding to a missing role',
    alice,
    bindings(binding('shop', 'Role', 'gone')),
    /roles\.rbac\.authorization\.k8s\.io "gone" not found/,
  ],
  ['a binding to the role that one may bind', binder, bindings(binding('shop', 'ClusterRole', 'view')), undefined],
  ['a binding to another role than that', binder, bindings(binding('shop', 'ClusterRole', 'edit')), held],
  [
    'the same subjects again',
    alice,
    bindings(binding('x', 'ClusterRole', 'cluster-admin'), binding('x', 'ClusterRole', 'cluster-admin')),
    undefined,
  ],
  [
    'a further subject',
    alice,
    bindings(binding('x', 'ClusterRole', 'cluster-admin', 'alice'), binding('x', 'ClusterRole', 'cluster-admin')),
    held,
  ],
];

describe('escalation', () => {
  for (const [what, user, write, refused] of table) {
    it(`${user.name} ${refused ? 'may not' : 'may'} write ${what}`, () => {
      const check = (): void => checkEscalation(authority, user, write);
      if (refused) assert.throws(check, refused);
      else check();
    });
  }

  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `n${i}`);

  it('is refused, and not computed, for a short rule that stands for billions of grants', () => {
    const bomb: PolicyRule = { verbs: names(3000), apiGroups: names(3000), resources: names(3000) };
    assert.throws(
      () => checkEscalation(authority, alice, roles(role(bomb))),
      /is forbidden: its rules stand for 27000000000 grants, too many to compare with those that you hold$/,
    );
    checkEscalation(authority, clusterAdmin, roles(role(bomb)));
  });

  it('names the first of many rules that are not held', () => {
    const many = names(1000).map(name => ({ ...getNodes, resources: [name] }));
    assert.throws(() => checkEscalation(authority, alice, roles(role(...many))), /"n49"\].*\nand 950 more$/);
  });

  it('says in Kubernetes’ words what is missing', () => {
    assert.throws(() => checkEscalation(authority, alice, roles(role(getNodes))), {
      reason: 'Forbidden',
      message:
        'roles.rbac.authorization.k8s.io "new" is forbidden: user "alice" (groups=["dev" "system:authenticated"]) is ' +
        'attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
    });
  });
});
