import assert from 'node:assert/strict';
import type { AnyObject, Pod } from '../../api/types.js';
import { clusterAuthorizer } from '../auth/authorizer.js';
import { defaultPolicy } from '../auth/bootstrap-policy.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { someone } from '../auth/testing/requests.js';
import { createOnUpdate } from './create-on-update.js';
import { denyServiceExternalIPs } from './deny-service-external-ips.js';
import { builtinAdmission } from './index.js';
import { rbacEscalation } from './rbac-escalation.js';
import { admissionRequest, type Case, judges, pod } from './testing/fixture.js';

const group = 'rbac.authorization.k8s.io';
const binding = (roleName: string, user: string): AnyObject => ({
  apiVersion: `${group}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: user },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name: roleName },
  subjects: [{ kind: 'User', name: user, apiGroup: group }],
});
const authorizer = clusterAuthorizer(
  new FakeLookup([...defaultPolicy(), binding('cluster-admin', 'boss'), binding('admin', 'alice')]),
);

describe('DenyServiceExternalIPs', () => {
  const service = (...externalIPs: string[]) => ({ metadata: { name: 'web' }, spec: { externalIPs } });
  const change = (before: string[], now: string[], user = 'alice'): Case => ({
    resource: 'services',
    operation: 'UPDATE',
    user: someone(user),
    oldObject: service(...before),
    object: service(...now),
  });
  const denied = 'services "web" is forbidden: Use of external IPs is denied by admission control.';
  judges(denyServiceExternalIPs(authorizer), [
    ['without any', { resource: 'services', object: { metadata: { name: 'web' } } }],
    ['with one', { resource: 'services', object: service('192.0.2.1') }, denied],
    ['with one, by cluster-admin', { resource: 'services', user: someone('boss'), object: service('192.0.2.1') }],
    ['a further one', change(['192.0.2.1'], ['192.0.2.1', '192.0.2.2']), denied],
    ['another one', change(['192.0.2.1'], ['192.0.2.2']), denied],
    ['a further one, by cluster-admin', change([], ['192.0.2.2'], 'boss')],
    ['the same ones', change(['192.0.2.1'], ['192.0.2.1'])],
    ['fewer', change(['192.0.2.1', '192.0.2.2'], ['192.0.2.2'])],
  ]);
});

describe('RBACEscalation', () => {
  const role = (verb: string) => ({
    metadata: { name: 'r', namespace: 'shop' },
    rules: [{ verbs: [verb], apiGroups: [''], resources: ['nodes'] }],
  });
  const resource = `roles.${group}`;
  const held = /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["nodes"\]/;
  judges(rbacEscalation(authorizer), [
    ['of what is not held', { resource, object: role('get') }, held],
    ['of what is held', { resource, user: someone('boss'), object: role('get') }],
    ['into what is not held', { resource, operation: 'UPDATE', oldObject: role('get'), object: role('list') }, held],
    ['of labels only', { resource, operation: 'UPDATE', oldObject: role('get'), object: role('get') }],
    ['whatever it holds', { resource, operation: 'DELETE', oldObject: role('get') }],
  ]);
});

describe('CreateOnUpdate', () => {
  const group = 'coordination.k8s.io';
  const updater: AnyObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'updater' },
    rules: [{ verbs: ['update', 'patch'], apiGroups: [group], resources: ['leases'] }],
  };
  const plugin = createOnUpdate(
    clusterAuthorizer(
      new FakeLookup([...defaultPolicy(), updater, binding('updater', 'bob'), binding('edit', 'alice')]),
    ),
  );
  const resource = `leases.${group}`;
  const object = { metadata: { name: 'lock', namespace: 'shop' } };
  const denied =
    'leases.coordination.k8s.io "lock" is forbidden: User "bob" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "shop"';
  judges(plugin, [
    ['by PUT, of who may create', { resource, verb: 'update', object }],
    ['by PUT, of who may only update', { resource, verb: 'update', user: someone('bob'), object }, denied],
    ['by apply, of who may only patch', { resource, verb: 'patch', user: someone('bob'), object }, denied],
    ['by POST, which is authorized already', { resource, user: someone('bob'), object }],
    ['what is there', { resource, operation: 'UPDATE', user: someone('bob'), object, oldObject: object }],
  ]);
});

describe('builtinAdmission', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'shop' } };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const lookup = new FakeLookup([account, namespace]);
  const run = async (plugins: ReturnType<typeof builtinAdmission>, described: Case): Promise<Pod> => {
    const request = admissionRequest(described);
    const chosen = plugins.filter(plugin => plugin.handles(request));
    for (const plugin of chosen) await plugin.mutate?.(request);
    for (const plugin of chosen) await plugin.validate?.(request);
    return request.object as unknown as Pod;
  };

  it('makes of a plain pod what Kubernetes makes of it', async () => {
    const { spec } = await run(builtinAdmission({ lookup, authorizer }), { resource: 'pods', object: pod() });
    assert.equal(spec?.serviceAccountName, 'default');
    assert.match(spec?.volumes?.[0]?.name ?? '', /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    assert.equal(spec?.tolerations?.length, 2);
    assert.equal(spec?.priority, 0);
  });

  it('speaks of the missing namespace first', async () => {
    const described = { resource: 'pods', namespace: 'gone', object: pod() };
    await assert.rejects(run(builtinAdmission({ lookup, authorizer }), described), {
      message: 'namespaces "gone" not found',
    });
  });
});
