import assert from 'node:assert/strict';
import { forbiddenRequest } from './forbidden.js';
import { ask, someone } from './testing/requests.js';

describe('forbiddenRequest', () => {
  const table: [ReturnType<typeof ask>, string, string][] = [
    [
      ask('list pods', 'default'),
      '',
      'pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      ask('get pods', 'default', 'web'),
      '',
      'pods "web" is forbidden: User "x" cannot get resource "pods" in API group "" in the namespace "default"',
    ],
    [
      ask('create pods/exec', 'default', 'web'),
      '',
      'pods "web" is forbidden: User "x" cannot create resource "pods/exec" in API group "" in the namespace "default"',
    ],
    [
      ask('list deployments.apps'),
      'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found',
      'deployments.apps is forbidden: User "x" cannot list resource "deployments" in API group "apps" at the cluster scope: ' +
        'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found',
    ],
    [ask('get /metrics'), '', 'forbidden: User "x" cannot get path "/metrics"'],
  ];
  for (const [info, reason, message] of table) {
    it(message, () => {
      const error = forbiddenRequest(someone('x'), info, reason);
      assert.equal(error.message, message);
      assert.equal(error.code, 403);
    });
  }

  it('names what it is about', () => {
    const { status } = forbiddenRequest(someone('x'), ask('get deployments.apps', 'shop', 'web'), '');
    assert.deepEqual(status.details, { name: 'web', group: 'apps', kind: 'deployments' });
  });
});
