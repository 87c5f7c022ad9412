import assert from 'node:assert/strict';
import type { Lease } from '../../api/types.js';
import { openTestApi } from '../testing/harness.js';
import { componentStatuses, holds } from './components.js';

describe('the health of a component', () => {
  const now = Date.parse('2026-01-01T00:01:00Z');
  const lease = (renewTime: string): Lease => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {},
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime },
  });
  const table: [string, Lease | undefined, string][] = [
    ['that renews its lease', lease('2026-01-01T00:00:50.000000Z'), 'ok'],
    [
      'that stopped',
      lease('2026-01-01T00:00:10.000000Z'),
      'the lease kube-system/kube-scheduler was last renewed at 2026-01-01T00:00:10.000000Z: the component stopped or hangs',
    ],
    ['that never was', undefined, 'nobody holds the lease kube-system/kube-scheduler: the component does not run'],
  ];
  for (const [what, given, message] of table) {
    it(what, () => assert.deepEqual(holds(given, 'kube-scheduler', now), { healthy: message === 'ok', message }));
  }
});

describe('componentstatuses', () => {
  it('are computed, listed and shown like anything else', async () => {
    const clock = { now: () => Date.parse('2026-01-01T00:00:00Z'), sleep: async () => undefined };
    const lookup = { get: () => undefined, list: () => [], onChange: () => undefined };
    const store = { revision: async () => 1 };
    const computed = new Map([['componentstatuses', componentStatuses({ store, lookup, clock })]]);
    const api = await openTestApi({ computed });
    const list = await api.must(200, 'GET /api/v1/componentstatuses');
    const healthy = (item: { metadata: object; conditions: { status: string }[] }) => item.conditions[0]?.status;
    assert.deepEqual(list.items.map(healthy), ['False', 'False', 'True']);
    const one = await api.must(200, 'GET /api/v1/componentstatuses/etcd-0');
    assert.deepEqual([one.kind, one.metadata], ['ComponentStatus', { name: 'etcd-0' }]);
    const named = await api.must(200, 'GET /api/v1/componentstatuses?fieldSelector=metadata.name%3Dscheduler');
    assert.equal(named.items.length, 1);
    await api.must(404, 'GET /api/v1/componentstatuses/kubelet');
    await api.must(405, 'POST /api/v1/componentstatuses', { metadata: { name: 'x' } });
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = await api.must(200, 'GET /api/v1/componentstatuses', undefined, accept);
    assert.deepEqual(table.rows[2].cells, ['etcd-0', 'Healthy', 'ok', '']);
    await api.close();
  });
});
