import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdServer, etcdMissing, startEtcd } from '../../storage/contract/etcd-server.js';
import { type EtcdCredentials, openStore } from '../../storage/open.js';
import { ensureEtcdPki } from './etcd.js';
import { ensurePki } from './index.js';
import { type EtcdPaths, pkiPaths } from './paths.js';

const now = Date.now();

describe("the certificates of a cluster's own etcd", function () {
  this.timeout(60_000);
  let dataDir: string;
  let paths: EtcdPaths;
  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'orrery-etcd-pki-'));
    paths = await ensureEtcdPki({ dataDir, addresses: ['127.0.0.1', '127.0.0.2'], now });
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  const credentials = ({ cert, key }: { cert: string; key: string }): EtcdCredentials => ({
    rootCertificate: readFileSync(paths.ca.cert),
    certChain: readFileSync(cert),
    privateKey: readFileSync(key),
  });

  it('lie where kubeadm has them, their keys for their owner alone, and stay while they are good', async () => {
    assert.equal(paths.peer.cert, join(dataDir, 'pki/etcd/peer.crt'));
    assert.equal(paths.client.key, join(dataDir, 'pki/apiserver-etcd-client.key'));
    for (const { key } of Object.values(paths) as { key: string }[]) assert.equal(statSync(key).mode & 0o777, 0o600);
    const read = (): string[] => Object.values(paths).map(({ cert }: { cert: string }) => readFileSync(cert, 'utf8'));
    const before = read();
    await ensureEtcdPki({ dataDir, addresses: ['127.0.0.1', '127.0.0.2'], now });
    assert.deepEqual(read(), before);
    await ensureEtcdPki({ dataDir, addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'], now });
    assert.deepEqual(
      read().map((pem, i) => pem === before[i]),
      [true, false, false, true],
      'the members have an address more',
    );
  });

  describe('with a member that has them', () => {
    let etcd: EtcdServer | undefined;
    before(async function () {
      const missing = etcdMissing();
      if (missing !== undefined) {
        console.log(`      skipped: ${missing}`);
        return this.skip();
      }
      const { cert, key } = paths.server;
      etcd = await startEtcd({ dataDir: join(dataDir, 'etcd'), tls: { ca: paths.ca.cert, cert, key } });
    });
    after(() => etcd?.kill());

    it('let the API server in', async () => {
      const store = await openStore(`etcd://${etcd?.endpoint}`, dataDir, credentials(paths.client));
      const written = await store.create('/registry/a', Buffer.from('x'));
      assert.ok(written.ok);
      assert.equal((await store.get('/registry/a'))?.revision, written.revision);
      await store.close();
    });

    it("keep out who has none, and whom the cluster's other authority signed", async () => {
      await ensurePki({ dataDir, nodeName: 'n', addresses: [], server: 'https://127.0.0.1:6443', now });
      const strangers = [
        undefined,
        { rootCertificate: readFileSync(paths.ca.cert) },
        credentials(pkiPaths(dataDir).kubeletClient),
      ];
      for (const stranger of strangers)
        await assert.rejects(openStore(`etcd://${etcd?.endpoint}`, dataDir, stranger), { name: 'Unavailable' });
    });
  });
});
