import assert from 'node:assert/strict';
import type { ClusterRole } from '../../api/types.js';
import { clusterRoles } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { clusterRoleAggregation } from './controller.js';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, resources: string[], into?: string): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, ...(into ? { labels: { into } } : {}) },
  rules: resources.map(rule),
});

describe('an aggregated cluster role', () => {
  it('has the rules of those that it selects, each once, and follows them', async () => {
    const cluster = new Cluster();
    const matchLabels = { into: 'view' };
    cluster.put(clusterRoles, {
      ...role('view', ['stale'], 'view'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
    });
    cluster.put(clusterRoles, role('b', ['pods', 'nodes'], 'view'));
    cluster.put(clusterRoles, role('a', ['pods', 'events'], 'view'));
    cluster.put(clusterRoles, role('other', ['secrets'], 'admin'));
    cluster.start(clusterRoleAggregation);
    await cluster.settle();
    const resources = (): unknown[] =>
      (cluster.find(clusterRoles, { name: 'view' })?.rules ?? []).flatMap(one => one.resources ?? []);
    assert.deepEqual(resources(), ['pods', 'events', 'nodes']);
    assert.equal(cluster.writes.length, 1);
    cluster.remove(clusterRoles, { name: 'a' });
    await cluster.settle();
    assert.deepEqual(resources(), ['pods', 'nodes']);
  });
});
