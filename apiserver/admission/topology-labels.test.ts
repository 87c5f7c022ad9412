import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { admit, pod } from './testing/fixture.js';
import { topologyLabels } from './topology-labels.js';

describe('PodTopologyLabels', () => {
  const labels = { 'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'eu', rack: '7' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels } } as AnyObject;
  const plugin = topologyLabels(new FakeLookup([node, { ...node, metadata: { name: 'bare' } } as AnyObject]));
  const of = (object: AnyObject, resource = 'pods') => admit(plugin, { resource, object });
  const both = { 'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'eu' };

  it('come with the binding, and with a pod that is made on its node', async () => {
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web' }, target: { name: 'n1' } };
    const bound = await of(binding as unknown as AnyObject, 'pods/binding');
    assert.deepEqual(bound?.metadata.labels, both);
    const made = await of(
      pod({ metadata: { labels: { app: 'web', 'topology.kubernetes.io/zone': 'mine' } }, spec: { nodeName: 'n1' } }),
    );
    assert.deepEqual(made?.metadata.labels, { app: 'web', ...both });
  });

  it('are none of a pod without a node, or of a node that says nothing', async () => {
    assert.equal((await of(pod()))?.metadata.labels, undefined);
    for (const nodeName of ['bare', 'gone'])
      assert.equal((await of(pod({ spec: { nodeName } })))?.metadata.labels, undefined);
  });
});
