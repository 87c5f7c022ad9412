import assert from 'node:assert/strict';
import type { Pod, Secret } from '../../api/types.js';
import { configMaps, pods, secrets, serviceAccounts } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { legacyTokenCleaner } from './controller.js';
import { isTracked } from './plan.js';

const day = 24 * 3600 * 1000;
const name = { namespace: 'shop', name: 'robot-token-abcde' };

interface Given {
  secret?: Partial<Secret>;
  labels?: Record<string, string>;
  created?: string;
  /** Of the account. */
  owned?: boolean;
  pod?: Pod['spec'];
  since?: string;
}

/** The clock stands at 2025-01-01. */
async function settled(given: Given = {}): Promise<Cluster> {
  const { secret = {}, labels = {}, created = '2020-01-01T00:00:00Z', owned = true, pod, since = '2023-01-01' } = given;
  const cluster = new Cluster();
  const base = { apiVersion: 'v1' as const };
  cluster.put(configMaps, {
    ...base,
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' },
    data: { since },
  });
  const account = cluster.put(serviceAccounts, {
    ...base,
    kind: 'ServiceAccount',
    metadata: { namespace: 'shop', name: 'robot' },
    secrets: owned ? [{ name: name.name }] : [],
  });
  const annotations = {
    'kubernetes.io/service-account.name': 'robot',
    'kubernetes.io/service-account.uid': account.metadata.uid ?? '',
  };
  cluster.put(secrets, {
    ...base,
    kind: 'Secret',
    metadata: { ...name, labels, annotations, creationTimestamp: created as never },
    type: 'kubernetes.io/service-account-token',
    ...secret,
  });
  if (pod) cluster.put(pods, { ...base, kind: 'Pod', metadata: { namespace: 'shop', name: 'p' }, spec: pod });
  cluster.start(legacyTokenCleaner());
  await cluster.settle();
  return cluster;
}

describe('the cleaner of tokens in Secrets', () => {
  it('marks what nobody has used for a year, and deletes it after another', async () => {
    const cluster = await settled();
    assert.deepEqual(cluster.writes, ['patch secrets shop/robot-token-abcde']);
    const { labels } = cluster.find(secrets, name)?.metadata ?? {};
    assert.deepEqual(labels, { 'kubernetes.io/legacy-token-invalid-since': '2025-01-01' });
    await cluster.pass(365 * day);
    assert.equal(cluster.writes.length, 1);
    await cluster.pass(2 * day);
    assert.deepEqual(cluster.writes.slice(1), ['delete secrets shop/robot-token-abcde']);
  });

  const mounted = (more: object): Pod['spec'] => ({ containers: [{ name: 'c', image: 'i' }], ...more });
  const kept: [what: string, given: Given][] = [
    ['was used within a year', { labels: { 'kubernetes.io/legacy-token-last-used': '2024-06-01' } }],
    ['was used nobody can tell when', { labels: { 'kubernetes.io/legacy-token-last-used': 'lately' } }],
    ['is younger than a year', { created: '2024-06-01T00:00:00Z' }],
    ['somebody asked for', { owned: false }],
    ['a pod mounts', { pod: mounted({ volumes: [{ name: 'v', secret: { secretName: name.name } }] }) }],
    [
      'a pod has in its environment',
      { pod: { containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: name.name } }] }] } },
    ],
    ['pulls images', { pod: mounted({ imagePullSecrets: [{ name: name.name }] }) }],
    ['is no token', { secret: { type: 'Opaque' } }],
    ['was marked within a year', { labels: { 'kubernetes.io/legacy-token-invalid-since': '2024-06-01' } }],
    ['may have been used before that was noted', { since: '2024-06-01' }],
  ];
  for (const [what, given] of kept) {
    it(`leaves what ${what}`, async () => {
      assert.deepEqual((await settled(given)).writes, []);
    });
  }

  it('judges only when uses have been noted for a whole year', () => {
    const now = Date.parse('2025-01-01T00:00:00Z');
    assert.equal(isTracked('2024-01-01', now, 365 * day), true);
    assert.equal(isTracked('2024-01-02', now, 365 * day), false);
    for (const since of [undefined, '', 'ever', '2024-13-45']) assert.equal(isTracked(since, now, 0), false);
  });
});
