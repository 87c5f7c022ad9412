import assert from 'node:assert/strict';
import { clone } from '../../api/json.js';
import { clusterRoleBindingRow, roleBindingRow } from '../../api/kinds/rbac/bindings.js';
import { clusterRoleRow, roleRow } from '../../api/kinds/rbac/roles.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject, PolicyRule, RbacSubject } from '../../api/types.js';
import { defaultPolicy, planPolicy } from './bootstrap-policy.js';

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

  it('has a role and an account for each controller', () => {
    for (const name of [
      ...['replication-controller', 'endpoint-controller', 'endpointslice-controller', 'namespace-controller'],
      ...['service-account-controller', 'generic-garbage-collector', 'node-controller', 'root-ca-cert-publisher'],
      'pod-garbage-collector',
    ]) {
      const binding = byKey.get(`ClusterRoleBinding//system:controller:${name}`);
      const subjects = (binding?.subjects ?? []) as RbacSubject[];
      assert.ok(
        subjects.some(s => s.kind === 'ServiceAccount' && s.namespace === 'kube-system' && s.name === name),
        name,
      );
    }
  });
});

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
