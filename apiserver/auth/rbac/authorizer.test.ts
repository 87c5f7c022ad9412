import assert from 'node:assert/strict';
import type { AnyObject, PolicyRule, RbacSubject } from '../../../api/types.js';
import type { User } from '../../contracts.js';
import { clusterAuthorizer } from '../authorizer.js';
import { defaultPolicy } from '../bootstrap-policy.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { ask, serviceAccount, someone } from '../testing/requests.js';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const role = (namespace: string, name: string, ...rules: PolicyRule[]): AnyObject => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace },
  rules,
});
const clusterRole = (name: string, labels: Record<string, string>, ...rules: PolicyRule[]): AnyObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
});
const bind = (namespace: string, roleKind: string, roleName: string, ...subjects: RbacSubject[]): AnyObject => ({
  apiVersion,
  kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: {
    name: `${roleName}-to-${subjects.map(({ name }) => name).join('-')}`,
    ...(namespace ? { namespace } : {}),
  },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
  subjects,
});
const toUser = (name: string): RbacSubject => ({ kind: 'User', name });
const toGroup = (name: string): RbacSubject => ({ kind: 'Group', name });

const alice = someone('alice');
const bob = someone('bob', 'dev');
const carol = someone('carol');
const robot = serviceAccount('shop', 'robot');
const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const controllers = someone('system:kube-controller-manager');
const replication = serviceAccount('kube-system', 'replication-controller');
const scheduler = someone('system:kube-scheduler');
const proxy = someone('system:kube-proxy');

const lookup = new FakeLookup([
  ...defaultPolicy(),
  bind('shop', 'ClusterRole', 'edit', toUser('alice')),
  bind('', 'ClusterRole', 'view', toGroup('dev')),
  role(
    'shop',
    'one-config',
    { verbs: ['get', 'update'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['settings'] },
    { verbs: ['create'], apiGroups: [''], resources: ['configmaps'] },
    { verbs: ['get'], apiGroups: ['*'], resources: ['*/scale'] },
  ),
  bind('shop', 'Role', 'one-config', toUser('carol'), { kind: 'ServiceAccount', name: 'robot' }),
  bind('back', 'ClusterRole', 'admin', { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }),
  clusterRole('paths', {}, { verbs: ['get'], nonResourceURLs: ['/logs/*', '/metrics'] }),
  bind('', 'ClusterRole', 'paths', toUser('carol')),
  bind('shop', 'ClusterRole', 'paths', toUser('bob')),
]);
const authorizer = clusterAuthorizer(lookup);

const table: [User, string, ReturnType<typeof ask>, boolean][] = [
  [someone('root', 'system:masters'), 'anything', ask('delete nodes', '', 'n'), true],
  [someone('root', 'system:masters'), 'any path', ask('post /whatever'), true],
  [anonymous, 'health', ask('get /healthz'), true],
  [anonymous, 'readiness', ask('get /readyz'), true],
  [anonymous, 'the version', ask('get /version'), true],
  [anonymous, 'no discovery', ask('get /api'), false],
  [anonymous, 'no deeper health', ask('get /healthz/etcd'), false],
  [anonymous, 'no metrics', ask('get /metrics'), false],
  [anonymous, 'no pods', ask('list pods', 'default'), false],
  [anonymous, 'no health by POST', ask('post /healthz'), false],
  [carol, 'discovery', ask('get /apis/apps/v1'), true],
  [carol, 'what she may', ask('create selfsubjectaccessreviews.authorization.k8s.io'), true],
  [carol, 'not what others may', ask('create subjectaccessreviews.authorization.k8s.io'), false],
  [alice, 'pods in her namespace', ask('create pods', 'shop'), true],
  [alice, 'logs, through view within edit', ask('get pods/log', 'shop', 'p'), true],
  [alice, 'exec', ask('create pods/exec', 'shop', 'p'), true],
  [alice, 'secrets', ask('get secrets', 'shop', 's'), true],
  [alice, 'scale', ask('patch replicationcontrollers/scale', 'shop', 'r'), true],
  [alice, 'no roles', ask('create roles.rbac.authorization.k8s.io', 'shop'), false],
  [alice, 'nothing elsewhere', ask('get pods', 'other', 'p'), false],
  [alice, 'nothing everywhere', ask('list pods'), false],
  [alice, 'no bindings of pods', ask('create pods/binding', 'shop', 'p'), false],
  [alice, 'no status of pods', ask('update pods/status', 'shop', 'p'), false],
  [alice, 'no nodes', ask('get nodes', '', 'n'), false],
  [bob, 'to look everywhere', ask('list pods'), true],
  [bob, 'to look anywhere', ask('watch services', 'any'), true],
  [bob, 'no secrets', ask('get secrets', 'any', 's'), false],
  [bob, 'no writes', ask('delete pods', 'any', 'p'), false],
  [bob, 'no exec', ask('create pods/exec', 'any', 'p'), false],
  [bob, 'no paths by a binding in a namespace', ask('get /logs/x'), false],
  [carol, 'the named object', ask('update configmaps', 'shop', 'settings'), true],
  [carol, 'not another one', ask('update configmaps', 'shop', 'other'), false],
  [carol, 'not all', ask('list configmaps', 'shop'), false],
  [carol, 'to list the one by name', ask('get configmaps', 'shop', 'settings'), true],
  [carol, 'creation, which no name restricts', ask('create configmaps', 'shop'), true],
  [carol, 'the scale of anything', ask('get deployments.apps/scale', 'shop', 'd'), true],
  [carol, 'not the thing itself', ask('get deployments.apps', 'shop', 'd'), false],
  [carol, 'paths below', ask('get /logs/kubelet'), true],
  [carol, 'an exact path', ask('get /metrics'), true],
  [carol, 'not below an exact path', ask('get /metrics/x'), false],
  [robot, 'by the binding in its namespace', ask('get configmaps', 'shop', 'settings'), true],
  [robot, 'as admin of another namespace', ask('create rolebindings.rbac.authorization.k8s.io', 'back'), true],
  [serviceAccount('other', 'robot'), 'not by a namesake', ask('get configmaps', 'shop', 'settings'), false],
  [controllers, 'to watch all', ask('watch anything.example.com'), true],
  [controllers, 'its lease', ask('update leases.coordination.k8s.io', 'kube-system', 'kube-controller-manager'), true],
  [replication, 'to create pods', ask('create pods', 'any'), true],
  [replication, 'no services', ask('update services', 'any', 's'), false],
  [
    serviceAccount('kube-system', 'endpointslice-controller'),
    'slices',
    ask('create endpointslices.discovery.k8s.io', 'any'),
    true,
  ],
  [serviceAccount('kube-system', 'endpointslice-controller'), 'no pods', ask('create pods', 'any'), false],
  [serviceAccount('kube-system', 'namespace-controller'), 'to empty', ask('deletecollection pods', 'any'), true],
  [serviceAccount('kube-system', 'generic-garbage-collector'), 'to delete', ask('delete pods', 'any', 'p'), true],
  [serviceAccount('kube-system', 'generic-garbage-collector'), 'not to create', ask('create pods', 'any'), false],
  [scheduler, 'to bind', ask('create pods/binding', 'any', 'p'), true],
  [scheduler, 'not to change nodes', ask('update nodes', '', 'n'), false],
  [scheduler, 'no secrets', ask('get secrets', 'any', 's'), false],
  [proxy, 'services', ask('watch services'), true],
  [proxy, 'slices', ask('list endpointslices.discovery.k8s.io'), true],
  [proxy, 'no pods', ask('list pods'), false],
];

describe('RBAC', () => {
  for (const [user, what, info, allowed] of table) {
    const request = `${info.verb} ${info.isResource ? info.resource : info.path}`;
    it(`${user.name} ${allowed ? 'may' : 'may not'} ${request}: ${what}`, () => {
      const verdict = authorizer.authorize(user, info);
      assert.equal(verdict.allowed, allowed, verdict.reason);
    });
  }

  it('says which binding allowed', () => {
    const table: [User, ReturnType<typeof ask>, string][] = [
      [bob, ask('list pods'), 'RBAC: allowed by ClusterRoleBinding "view-to-dev" of ClusterRole "view" to Group "dev"'],
      [
        alice,
        ask('create pods', 'shop'),
        'RBAC: allowed by RoleBinding "edit-to-alice/shop" of ClusterRole "edit" to User "alice"',
      ],
      [
        robot,
        ask('create pods', 'back'),
        'RBAC: allowed by RoleBinding "admin-to-robot/back" of ClusterRole "admin" to ServiceAccount "robot/shop"',
      ],
    ];
    for (const [user, info, reason] of table)
      assert.deepEqual(authorizer.authorize(user, info), { allowed: true, reason });
  });

  it('says which role is missing', () => {
    const broken = clusterAuthorizer(new FakeLookup([bind('', 'ClusterRole', 'gone', toUser('alice'))]));
    const reason = 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found';
    assert.deepEqual(broken.authorize(alice, ask('get pods', 'x', 'p')), { allowed: false, reason });
    assert.deepEqual(broken.rulesFor(alice, 'x'), {
      rules: [],
      errors: ['clusterrole.rbac.authorization.k8s.io "gone" not found'],
    });
  });

  describe('follows changes', () => {
    const get = ask('get pods', 'shop', 'p');
    const pods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    const allowedAfter = (changes: ((lookup: FakeLookup) => void)[]): boolean[] => {
      const objects = new FakeLookup([role('shop', 'r', pods), bind('shop', 'Role', 'r', toUser('alice'))]);
      const watching = clusterAuthorizer(objects);
      return [() => {}, ...changes].map(change => {
        change(objects);
        return watching.authorize(alice, get).allowed;
      });
    };
    const binding = bind('shop', 'Role', 'r', toUser('alice'));

    it('of bindings', () => {
      const stripped = { ...binding, subjects: [toUser('bob')] };
      assert.deepEqual(allowedAfter([l => l.put(stripped), l => l.put(binding), l => l.remove(binding)]), [
        true,
        false,
        true,
        false,
      ]);
    });
    it('of roles', () => {
      const changes = [
        (l: FakeLookup) => l.put(role('shop', 'r')),
        (l: FakeLookup) => l.put(role('shop', 'r', pods)),
        (l: FakeLookup) => l.remove(role('shop', 'r')),
      ];
      assert.deepEqual(allowedAfter(changes), [true, false, true, false]);
    });
    it('of what aggregated roles take in', () => {
      const objects = new FakeLookup([...defaultPolicy(), bind('shop', 'ClusterRole', 'admin', toUser('alice'))]);
      const watching = clusterAuthorizer(objects);
      const widgets = ask('get widgets.example.com', 'shop', 'w');
      assert.equal(watching.authorize(alice, widgets).allowed, false);
      const rule = { verbs: ['get'], apiGroups: ['example.com'], resources: ['widgets'] };
      const extra = clusterRole('widgets', { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }, rule);
      objects.put(extra);
      assert.equal(watching.authorize(alice, widgets).allowed, true);
      objects.remove(extra);
      assert.equal(watching.authorize(alice, widgets).allowed, false);
    });
  });

  it('survives roles that aggregate each other', () => {
    const circle = (name: string, takes: string): AnyObject => ({
      ...clusterRole(name, { is: name }),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { is: takes } }] },
    });
    const base = clusterRole('base', { is: 'a' }, { verbs: ['get'], apiGroups: [''], resources: ['pods'] });
    const objects = new FakeLookup([
      circle('a', 'b'),
      circle('b', 'a'),
      base,
      bind('', 'ClusterRole', 'a', toUser('alice')),
    ]);
    assert.equal(clusterAuthorizer(objects).authorize(alice, ask('get pods', 'x', 'p')).allowed, true);
  });
});
