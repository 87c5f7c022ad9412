import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { keyIdOf } from '../../api/service-account-tokens.js';
import type { Secret, ServiceAccount } from '../../api/types.js';
import { secrets, serviceAccounts } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { serviceAccountTokens } from './controller.js';
import { signerFrom } from './sign.js';

const account = (name = 'robot'): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'shop' },
});
const asking = (more: Partial<Secret> = {}, annotations: Record<string, string> = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'robot-token',
    namespace: 'shop',
    annotations: { 'kubernetes.io/service-account.name': 'robot', ...annotations },
  },
  type: 'kubernetes.io/service-account-token',
  ...more,
});
const decoded = (secret: Secret | undefined, key: string): string =>
  Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
const name = { namespace: 'shop', name: 'robot-token' };

describe('the tokens of service accounts', () => {
  const sign = async (claims: Record<string, string>): Promise<string> => `signed ${JSON.stringify(claims)}`;
  async function settled(arrange: (cluster: Cluster) => void): Promise<Cluster> {
    const cluster = new Cluster();
    arrange(cluster);
    cluster.start(serviceAccountTokens(sign, 'THE CA'));
    await cluster.settle();
    return cluster;
  }

  it('are put into secrets that ask for them, with what else a client needs', async () => {
    const cluster = await settled(c => {
      c.put(serviceAccounts, account());
      c.put(secrets, asking());
    });
    const secret = cluster.find(secrets, name);
    const uid = cluster.find(serviceAccounts, { namespace: 'shop', name: 'robot' })?.metadata.uid ?? '';
    assert.equal(secret?.metadata.annotations?.['kubernetes.io/service-account.uid'], uid);
    assert.equal(decoded(secret, 'ca.crt'), 'THE CA');
    assert.equal(decoded(secret, 'namespace'), 'shop');
    assert.deepEqual(JSON.parse(decoded(secret, 'token').slice('signed '.length)), {
      iss: 'kubernetes/serviceaccount',
      sub: 'system:serviceaccount:shop:robot',
      'kubernetes.io/serviceaccount/namespace': 'shop',
      'kubernetes.io/serviceaccount/secret.name': 'robot-token',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': uid,
    });
    assert.deepEqual(cluster.writes, ['update secrets shop/robot-token']);
  });

  it('are left when they are there, and a changed CA is put beside them', async () => {
    const cluster = await settled(c => {
      const { metadata } = c.put(serviceAccounts, account());
      const data = { token: 'b3du', namespace: 'c2hvcA==', 'ca.crt': Buffer.from('OLD').toString('base64') };
      c.put(secrets, asking({ data }, { 'kubernetes.io/service-account.uid': metadata.uid ?? '' }));
    });
    assert.equal(decoded(cluster.find(secrets, name), 'token'), 'own');
    assert.equal(decoded(cluster.find(secrets, name), 'ca.crt'), 'THE CA');
    cluster.start(serviceAccountTokens(sign, 'THE CA'));
    await cluster.settle();
    assert.equal(cluster.writes.length, 1);
  });

  it('go with their account, and with one that had its name before', async () => {
    const gone = await settled(c => {
      c.put(serviceAccounts, account());
      c.put(secrets, asking());
    });
    gone.remove(serviceAccounts, { namespace: 'shop', name: 'robot' });
    await gone.settle();
    assert.equal(gone.find(secrets, name), undefined);
    const anew = await settled(c => {
      c.put(serviceAccounts, account());
      c.put(secrets, asking({}, { 'kubernetes.io/service-account.uid': 'of-another-life' }));
    });
    assert.equal(anew.find(secrets, name), undefined);
  });

  it('do not touch secrets of other types', async () => {
    const cluster = await settled(c => c.put(secrets, asking({ type: 'Opaque' })));
    assert.deepEqual(cluster.writes, []);
  });

  it('are signed with the key of the cluster, which they name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-sign-'));
    try {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const path = join(folder, 'sa.key');
      await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const token = await signerFrom(path)({ iss: 'x' });
      const { payload } = await compactVerify(token, createPublicKey(privateKey));
      assert.equal(new TextDecoder().decode(payload), '{"iss":"x"}');
      assert.equal(decodeProtectedHeader(token).kid, keyIdOf(privateKey));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
