import assert from 'node:assert/strict';
import type { AnyObject, ResourceQuota } from '../../api/types.js';
import { pods, resourceQuotas, secrets } from '../../client/resources.js';
import type { Discovered } from '../discovery.js';
import { Cluster } from '../testing/cluster.js';
import { pod } from '../testing/objects.js';
import { resourceQuotaController } from './controller.js';
import { planFor } from './plan.js';

const quota = (hard: Record<string, string>): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'default', uid: 'q' },
  spec: { hard },
  status: {},
});
const deployment: AnyObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'default' },
};

describe('what of a quota is used', () => {
  const counted = [
    { kind: { group: '', resource: 'pods' }, objects: [pod('a'), pod('b')] as unknown as AnyObject[] },
    { kind: { group: 'apps', resource: 'deployments' }, objects: [deployment] },
  ];

  it('is the sum of what it counts', () => {
    const hard = { pods: '5', 'count/deployments.apps': '1', secrets: '3' };
    assert.deepEqual(planFor(quota(hard), counted)?.status, {
      hard,
      used: { pods: '2', 'count/deployments.apps': '1', secrets: '0' },
    });
  });

  it('is written once', () => {
    const planned = planFor(quota({ pods: '5' }), counted) as ResourceQuota;
    assert.equal(planFor(planned, counted), undefined);
  });
});

describe('the resource quota controller', () => {
  /** Where two pods count against a quota of five. */
  async function counting() {
    const cluster = new Cluster();
    const served: Discovered[] = [{ ...pods, verbs: ['list'] }];
    const client = { list: async () => ({ items: cluster.all(pods) }) } as never;
    cluster.put(pods, pod('a'));
    cluster.put(pods, pod('b'));
    cluster.put(resourceQuotas, quota({ pods: '5' }));
    cluster.start(resourceQuotaController(client, served));
    await cluster.settle();
    const found = () => cluster.find(resourceQuotas, { namespace: 'default', name: 'q' }) as ResourceQuota;
    const used = () => found().status?.used;
    assert.deepEqual(used(), { pods: '2' });
    return { cluster, found, used };
  }

  it('counts when a quota comes, and when pods go', async () => {
    const { cluster, used } = await counting();
    cluster.remove(pods, { namespace: 'default', name: 'a' });
    await cluster.settle();
    assert.deepEqual(used(), { pods: '1' });
  });

  it('counts when something goes of which only the number counts', async () => {
    const cluster = new Cluster();
    const served = [pods, secrets].map(resource => ({ ...resource, verbs: ['list', 'watch', 'delete', 'patch'] }));
    const client = { list: async (resource: Discovered) => ({ items: cluster.all(resource) }) } as never;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };
    cluster.put(secrets, secret);
    cluster.put(resourceQuotas, quota({ secrets: '5' }));
    cluster.start(resourceQuotaController(client, served));
    await cluster.settle();
    const used = () => cluster.find(resourceQuotas, { namespace: 'default', name: 'q' })?.status?.used;
    assert.deepEqual(used(), { secrets: '1' });
    cluster.remove(secrets, { namespace: 'default', name: 's' });
    await cluster.settle();
    assert.deepEqual(used(), { secrets: '0' });
  });

  it('takes nothing back that the API server has just added for a pod on its way', async () => {
    const { cluster, found, used } = await counting();
    const { status, ...before } = found();
    cluster.put(resourceQuotas, { ...before, status: { ...status, used: { pods: '3' } } });
    await cluster.settle();
    assert.deepEqual(used(), { pods: '3' });
    cluster.put(resourceQuotas, { ...found(), spec: { hard: { pods: '4' } } });
    await cluster.settle();
    assert.deepEqual(found().status, { hard: { pods: '4' }, used: { pods: '2' } });
  });
});
