import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ConfigMap, Secret } from '../../api/types.js';
import { configMaps, secrets } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { tokenCleaner } from './cleaner.js';
import { bootstrapSigner } from './signer.js';

const hour = 3600 * 1000;
const encode = (text: string): string => Buffer.from(text).toString('base64');

function token(id: string, more: Record<string, string> = {}, namespace = 'kube-system'): Secret {
  const said = { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...more };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(said).map(([key, value]) => [key, encode(value)])),
  };
}
const info = (data: Record<string, string> = { kubeconfig: 'the way' }): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cluster-info', namespace: 'kube-public' },
  data,
});
const place = { namespace: 'kube-public', name: 'cluster-info' };

async function settled(controller: typeof bootstrapSigner, arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(controller);
  await cluster.settle();
  return cluster;
}

describe('the signer of cluster-info', () => {
  const signed = (cluster: Cluster): string[] =>
    Object.keys(cluster.find(configMaps, place)?.data ?? {}).filter(key => key !== 'kubeconfig');

  it('signs for each token, so that its holder can verify it', async () => {
    const cluster = await settled(bootstrapSigner, c => {
      c.put(configMaps, info());
      c.put(secrets, token('abcdef'));
      c.put(secrets, token('ghijkl'));
    });
    assert.deepEqual(signed(cluster), ['jws-kubeconfig-abcdef', 'jws-kubeconfig-ghijkl']);
    const [header = '', payload, signature] = (
      cluster.find(configMaps, place)?.data?.['jws-kubeconfig-abcdef'] ?? ''
    ).split('.');
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'HS256', kid: 'abcdef' });
    assert.equal(payload, '', 'what is signed stands beside it');
    const content = `${header}.${Buffer.from('the way').toString('base64url')}`;
    assert.equal(signature, createHmac('sha256', '0123456789abcdef').update(content).digest('base64url'));
    assert.deepEqual(cluster.writes, ['update configmaps kube-public/cluster-info']);
  });

  const notFor: [what: string, secret: Secret][] = [
    ['that may not sign', token('abcdef', { 'usage-bootstrap-signing': 'false' })],
    ['that is over', token('abcdef', { expiration: '2024-01-01T00:00:00Z' })],
    ['with an end that cannot be read', token('abcdef', { expiration: 'soon' })],
    ['without a secret', token('abcdef', { 'token-secret': '' })],
    ['under the name of another', token('abcdef', { 'token-id': 'zyxwvu' })],
    ['of another namespace', token('abcdef', {}, 'default')],
    ['of another type', { ...token('abcdef'), type: 'Opaque' }],
  ];
  for (const [what, secret] of notFor) {
    it(`signs for no token ${what}`, async () => {
      const cluster = await settled(bootstrapSigner, c => {
        c.put(configMaps, info());
        c.put(secrets, secret);
      });
      assert.deepEqual(cluster.writes, []);
    });
  }

  it('takes signatures away with their tokens, and when these end', async () => {
    const cluster = await settled(bootstrapSigner, c => {
      c.put(configMaps, info({ kubeconfig: 'the way', 'jws-kubeconfig-gonego': 'x..y' }));
      c.put(secrets, token('abcdef', { expiration: '2025-01-01T02:00:00Z' }));
    });
    assert.deepEqual(signed(cluster), ['jws-kubeconfig-abcdef']);
    await cluster.pass(3 * hour);
    assert.deepEqual(signed(cluster), []);
  });

  it('signs anew what has changed, and nothing where there is nothing', async () => {
    const cluster = await settled(bootstrapSigner, c => {
      c.put(secrets, token('abcdef'));
      c.put(configMaps, info({}));
    });
    assert.deepEqual(cluster.writes, []);
    cluster.put(configMaps, info({ kubeconfig: 'another way' }));
    await cluster.settle();
    assert.deepEqual(signed(cluster), ['jws-kubeconfig-abcdef']);
  });
});

describe('the cleaner of bootstrap tokens', () => {
  it('deletes those that are over, when they are, and leaves others', async () => {
    const cluster = await settled(tokenCleaner, c => {
      c.put(secrets, token('expire', { expiration: '2025-01-03T01:00:00Z' }));
      c.put(secrets, token('unread', { expiration: 'soon' }));
      c.put(secrets, token('always'));
      c.put(secrets, token('others', { expiration: '2024-01-01T00:00:00Z' }, 'default'));
    });
    assert.deepEqual(cluster.writes, ['delete secrets kube-system/bootstrap-token-unread']);
    await cluster.pass(48 * hour);
    assert.equal(cluster.writes.length, 1);
    await cluster.pass(2 * hour);
    assert.deepEqual(
      cluster.all(secrets).map(({ metadata }) => metadata.name),
      ['bootstrap-token-always', 'bootstrap-token-others'],
    );
  });
});
