import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { admit, type Case, judges, pod } from './testing/fixture.js';

const namespace = (name: string, more: { metadata?: object; status?: object } = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  ...more,
  metadata: { name, ...more.metadata },
});
const plugin = namespaceLifecycle(
  new FakeLookup([
    namespace('shop', { status: { phase: 'Active' } }),
    namespace('going', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Terminating' } }),
  ]),
);
const removal = (name: string): Case => ({
  resource: 'namespaces',
  operation: 'DELETE',
  namespace: '',
  oldObject: namespace(name),
});
const terminating =
  'pods "web" is forbidden: unable to create new content in namespace going because it is being terminated';

describe('NamespaceLifecycle', () => {
  judges(plugin, [
    ['into a namespace', { resource: 'pods', object: pod() }],
    ['into none', { resource: 'pods', namespace: 'gone', object: pod() }, 'namespaces "gone" not found'],
    [
      'in none',
      { resource: 'pods', operation: 'UPDATE', namespace: 'gone', object: pod(), oldObject: pod() },
      'namespaces "gone" not found',
    ],
    ['out of none', { resource: 'pods', operation: 'DELETE', namespace: 'gone', oldObject: pod() }],
    ['into one that is going', { resource: 'pods', namespace: 'going', object: pod() }, terminating],
    [
      'in one that is going',
      { resource: 'pods', operation: 'UPDATE', namespace: 'going', object: pod(), oldObject: pod() },
    ],
    ['without a namespace', { resource: 'nodes', namespace: '', object: { metadata: { name: 'n' } } }],
    ['a new namespace', { resource: 'namespaces', namespace: '', object: namespace('new') }],
    ['a namespace', removal('shop')],
    ['default', removal('default'), 'namespaces "default" is forbidden: this namespace may not be deleted'],
    ['kube-system', removal('kube-system'), /this namespace may not be deleted/],
    ['kube-public', removal('kube-public'), /this namespace may not be deleted/],
  ]);

  it('says that the namespace is the cause, in a field that controllers read', async () => {
    await assert.rejects(admit(plugin, { resource: 'pods', namespace: 'going', object: pod() }), {
      code: 403,
      status: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        reason: 'Forbidden',
        code: 403,
        message: terminating,
        details: {
          name: 'web',
          kind: 'pods',
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: 'namespace going is being terminated',
              field: 'metadata.namespace',
            },
          ],
        },
      },
    });
  });
});
