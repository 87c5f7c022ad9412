import assert from 'node:assert/strict';
import { clone } from '../../api/json.js';
import { clusterRoleBindingRow, roleBindingRow } from '../../api/kinds/rbac/bindings.js';
import { clusterRoleRow, roleRow } from '../../api/kinds/rbac/roles.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject, PolicyRule, RbacSubject } from '../../api/types.js';
import { defaultPolicy, planPolicy } from './bootstrap-policy.js';
import { coversResource, has } from './rbac/match.js';

const rows: Record<string, KindRow> = {
  Role: roleRow,
  ClusterRole: clusterRoleRow,
  RoleBinding: roleBindingRow,
  ClusterRoleBinding: clusterRoleBindingRow,
};
const keyOf = ({ kind, metadata }: AnyObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

describe('the default policy', () => {
  const policy = defaultPolicy();
  const byKey = new Map(policy.map(object => [keyOf(object), object]));

  it('is valid, and each object stands in it once', () => {
    assert.equal(byKey.size, policy.length);
    for (const object of policy) assert.deepEqual(rows[object.kind]?.validate?.(object), [], keyOf(object));
  });

  it('binds only roles that it has', () => {
    for (const object of policy) {
      const ref = object.roleRef as { kind: string; name: string } | undefined;
      if (!ref) continue;
      const namespace = ref.kind === 'Role' ? object.metadata.namespace : '';
      assert.ok(byKey.has(`${ref.kind}/${namespace}/${ref.name}`), `${keyOf(object)} -> ${ref.kind} ${ref.name}`);
    }
  });

  it('is marked as Kubernetes marks it', () => {
    for (const { metadata } of policy) {
      assert.equal(metadata.labels?.['kubernetes.io/bootstrapping'], 'rbac-defaults');
      assert.equal(metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'], 'true');
    }
  });

  it('shows the rules of aggregated roles: admin has those of edit, edit those of view', () => {
    const rules = (name: string): Set<string> =>
      new Set(((byKey.get(`ClusterRole//${name}`)?.rules ?? []) as PolicyRule[]).map(rule => JSON.stringify(rule)));
    const [admin, edit, view] = [rules('admin'), rules('edit'), rules('view')];
    assert.ok(view.size > 0 && edit.size > view.size && admin.size > edit.size);
    assert.ok([...view].every(rule => edit.has(rule)) && [...edit].every(rule => admin.has(rule)));
  });

  it('gives nobody everything but cluster-admin', () => {
    const all = policy.filter(object =>
      ((object.rules ?? []) as PolicyRule[]).some(rule => rule.verbs.includes('*') && rule.resources?.includes('*')),
    );
    assert.deepEqual(
      all.map(({ metadata }) => metadata.name),
      ['cluster-admin'],
    );
  });

  it('has every role of Kubernetes, by its name', () => {
    const names = (kind: string): string[] =>
      policy
        .filter(object => object.kind === kind)
        .map(({ metadata: { namespace, name } }) => (namespace ? `${namespace}/${name}` : `${name}`))
        .sort();
    const controllers = controllerNames.map(name => `system:controller:${name}`);
    assert.deepEqual(names('ClusterRole'), [...clusterRoleNames, ...controllers].sort());
    assert.deepEqual(names('ClusterRoleBinding'), [...boundNames, ...controllers].sort());
    assert.deepEqual(names('Role'), [...roleNames, 'kube-system/extension-apiserver-authentication-reader'].sort());
    const delegated = 'kube-system/system::extension-apiserver-authentication-reader';
    assert.deepEqual(names('RoleBinding'), [...roleNames, delegated].sort());
  });

  it('binds each controller’s role to its account and to nobody else', () => {
    for (const name of controllerNames) {
      const { roleRef, subjects } = byKey.get(`ClusterRoleBinding//system:controller:${name}`) as AnyObject;
      assert.equal((roleRef as { name: string }).name, `system:controller:${name}`);
      assert.deepEqual(subjects, [{ kind: 'ServiceAccount', namespace: 'kube-system', name }]);
    }
  });

  it('lets no loop but those that must read the secrets of all namespaces', () => {
    const reads = (rule: PolicyRule): boolean =>
      has(rule.verbs, 'get') && has(rule.apiGroups, '') && coversResource(rule.resources, 'secrets', '');
    const readers = policy
      .filter(({ kind, rules }) => kind === 'ClusterRole' && ((rules ?? []) as PolicyRule[]).some(reads))
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(readers.sort(), [
      ...['admin', 'cluster-admin', 'edit', 'system:aggregate-to-edit'],
      ...['system:controller:generic-garbage-collector', 'system:controller:namespace-controller'],
      ...['system:kube-controller-manager', 'system:node'],
    ]);
  });
});

/** Kubernetes' default roles. `system:heapster` went with Heapster itself (1.25). */
const clusterRoleNames = [
  ...['admin', 'cluster-admin', 'edit', 'view'],
  ...['system:aggregate-to-admin', 'system:aggregate-to-edit', 'system:aggregate-to-view', 'system:auth-delegator'],
  ...['system:basic-user', 'system:discovery', 'system:kube-aggregator', 'system:kube-controller-manager'],
  ...['system:kube-dns', 'system:kube-scheduler', 'system:kubelet-api-admin', 'system:monitoring', 'system:node'],
  ...['system:node-bootstrapper', 'system:node-problem-detector', 'system:node-proxier'],
  ...['system:persistent-volume-provisioner', 'system:public-info-viewer', 'system:volume-scheduler'],
  'system:service-account-issuer-discovery',
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
  'system:certificates.k8s.io:kube-apiserver-client-approver',
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
  'system:certificates.k8s.io:kubelet-serving-approver',
  'system:certificates.k8s.io:legacy-unknown-approver',
];

const controllerNames = [
  ...['attachdetach-controller', 'certificate-controller', 'clusterrole-aggregation-controller', 'cronjob-controller'],
  ...['daemon-set-controller', 'deployment-controller', 'disruption-controller', 'endpoint-controller'],
  ...['endpointslice-controller', 'endpointslicemirroring-controller', 'ephemeral-volume-controller'],
  ...['expand-controller', 'generic-garbage-collector', 'horizontal-pod-autoscaler', 'job-controller'],
  ...['legacy-service-account-token-cleaner', 'namespace-controller', 'node-controller', 'persistent-volume-binder'],
  ...['pod-garbage-collector', 'pv-protection-controller', 'pvc-protection-controller', 'replicaset-controller'],
  ...['replication-controller', 'resource-claim-controller', 'resourcequota-controller', 'root-ca-cert-publisher'],
  ...['route-controller', 'service-account-controller', 'service-cidrs-controller', 'service-controller'],
  ...['statefulset-controller', 'ttl-after-finished-controller', 'ttl-controller'],
  ...['validatingadmissionpolicy-status-controller', 'volumeattributesclass-protection-controller'],
];

const boundNames = [
  ...['cluster-admin', 'system:basic-user', 'system:discovery', 'system:kube-controller-manager', 'system:kube-dns'],
  ...['system:kube-scheduler', 'system:monitoring', 'system:node', 'system:node-proxier', 'system:volume-scheduler'],
  ...['system:public-info-viewer', 'system:service-account-issuer-discovery'],
];

const roleNames = [
  'kube-public/system:controller:bootstrap-signer',
  ...['bootstrap-signer', 'cloud-provider', 'token-cleaner'].map(name => `kube-system/system:controller:${name}`),
  ...['kube-controller-manager', 'kube-scheduler'].map(name => `kube-system/system::leader-locking-${name}`),
];

describe('planPolicy', () => {
  const rule = (...verbs: string[]): PolicyRule => ({ verbs, apiGroups: [''], resources: ['pods'] });
  const subject = (name: string): RbacSubject => ({ kind: 'User', name });
  const made = (kind: string, fields: object, annotations: Record<string, string> = {}): AnyObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: 'x', annotations: { auto: 'true', ...annotations }, labels: { boot: 'yes' } },
    ...fields,
  });
  const stored = (object: AnyObject): AnyObject => ({
    ...object,
    metadata: { ...object.metadata, uid: 'u', resourceVersion: '7' },
  });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
  const role = (...rules: PolicyRule[]) => made('ClusterRole', { rules });
  const binding = (...subjects: RbacSubject[]) => made('ClusterRoleBinding', { roleRef, subjects });
  const off = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
  const selector = (name: string) => ({ matchLabels: { [name]: 'true' } });
  const aggregated = (rules: PolicyRule[], ...selectors: object[]) =>
    made('ClusterRole', { rules, aggregationRule: { clusterRoleSelectors: selectors } });

  const table: { what: string; wanted: AnyObject; found?: AnyObject; becomes?: AnyObject }[] = [
    { what: 'leaves what is as wanted', wanted: role(rule('get')), found: role(rule('get')) },
    { what: 'leaves rules that an administrator added', wanted: role(rule('get')), found: role(rule('get', 'list')) },
    {
      what: 'adds a missing verb, and keeps the others',
      wanted: role(rule('get', 'watch')),
      found: role(rule('get', 'list')),
      becomes: role(rule('get', 'list'), rule('watch')),
    },
    {
      what: 'adds all rules to an emptied role',
      wanted: role(rule('get')),
      found: made('ClusterRole', {}),
      becomes: role(rule('get')),
    },
    {
      what: 'leaves a role that opted out',
      wanted: role(rule('get')),
      found: made('ClusterRole', { rules: [] }, off),
    },
    {
      what: 'adds a missing subject, and keeps the others',
      wanted: binding(subject('a')),
      found: binding(subject('b')),
      becomes: binding(subject('b'), subject('a')),
    },
    {
      what: 'leaves a binding with more subjects',
      wanted: binding(subject('a')),
      found: binding(subject('b'), subject('a')),
    },
    {
      what: 'leaves a binding without subjects, where none is wanted',
      wanted: binding(),
      found: made('ClusterRoleBinding', { roleRef }),
    },
    {
      what: 'leaves a binding to another role: roleRef cannot change',
      wanted: binding(subject('a')),
      found: made('ClusterRoleBinding', { roleRef: { ...roleRef, name: 'other' }, subjects: [] }),
    },
    {
      what: 'leaves the computed rules of an aggregated role',
      wanted: aggregated([rule('get')], selector('a')),
      found: aggregated([rule('list')], selector('a')),
    },
    {
      what: 'adds a missing selector',
      wanted: aggregated([], selector('a')),
      found: aggregated([rule('list')], selector('b')),
      becomes: aggregated([rule('list')], selector('b'), selector('a')),
    },
    {
      what: 'mends labels and annotations, and keeps an administrator’s',
      wanted: role(rule('get')),
      found: { ...role(rule('get')), metadata: { name: 'x', labels: { own: 'label' } } },
      becomes: {
        ...role(rule('get')),
        metadata: { name: 'x', annotations: { auto: 'true' }, labels: { boot: 'yes', own: 'label' } },
      },
    },
  ];
  for (const { what, wanted, found, becomes } of table) {
    it(what, () => {
      const existing = found ? [stored(found)] : [];
      assert.deepEqual(planPolicy([wanted], existing), becomes ? [{ action: 'replace', object: stored(becomes) }] : []);
    });
  }

  it('creates what is missing, and then has nothing left to do', () => {
    const writes = planPolicy(defaultPolicy(), []);
    assert.deepEqual(
      writes,
      defaultPolicy().map(object => ({ action: 'create', object })),
    );
    assert.deepEqual(
      planPolicy(
        defaultPolicy(),
        writes.map(({ object }) => stored(clone(object))),
      ),
      [],
    );
  });
});
