/** Two API servers on one etcd: what is given once is given once, and one that dies is not missed for long. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { type ApiServer, startApiServer } from '../../apiserver/main.js';
import { ensurePki } from '../../apiserver/pki/index.js';
import { startServerProcess } from '../../apiserver/testing/server-process.js';
import type { Client } from '../../client/client.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { endpoints, services } from '../../client/resources.js';
import { connect } from '../../client/rest/connect.js';
import { type EtcdServer, etcdMissing, startEtcd } from '../../storage/contract/etcd-server.js';

const [here, there] = ['127.0.0.1', '127.0.0.2'] as const;
const peerTiming = { ttlSeconds: 3, everyMs: 500 };

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, here, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

describe('two API servers on one etcd', function () {
  this.timeout(60_000);
  let etcd: EtcdServer | undefined;
  let dataDir: string;
  let server: ApiServer;
  let other: { kill(): Promise<void> } | undefined;
  let [one, two]: Client[] = [];
  const log = pino({ level: 'silent' });

  before(async function () {
    const missing = etcdMissing();
    if (missing) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    etcd = await startEtcd();
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-two-'));
    const port = await freePort();
    const identity = { dataDir, nodeName: 'node-1', addresses: [here, there], now: Date.now() };
    const common = { dataDir, datastore: `etcd://${etcd.endpoint}`, port, serviceCidr: '10.96.0.0/16', peerTiming };
    await ensurePki({ ...identity, server: `https://${here}:${port}` });
    // They start at the same time on an empty store.
    const [started, forked] = await Promise.all([
      startApiServer({ ...common, bindAddress: here, advertiseAddress: here, log, clock: systemClock }),
      startServerProcess({ ...common, bindAddress: there, advertiseAddress: there }),
    ]);
    server = started;
    other = forked;
    const connection = loadKubeconfig({ path: join(dataDir, 'kubeconfig/admin.conf') });
    [one, two] = [here, there].map(address =>
      connect({ ...connection, server: `https://${address}:${port}` }, { userAgent: 'test', clock: systemClock, log }),
    );
  });

  after(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await other?.kill();
    await server?.stop();
    await etcd?.stop();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  const addresses = async (): Promise<string> => {
    const { subsets } = await (one as Client).get(endpoints, { namespace: 'default', name: 'kubernetes' });
    return (subsets?.[0]?.addresses ?? []).map(({ ip }) => ip).join();
  };
  const until = async (expected: string): Promise<void> => {
    while ((await addresses()) !== expected) await systemClock.sleep(100);
  };

  it('give every service an address and a node port of its own', async () => {
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        ((i % 2 === 0 ? one : two) as Client).create(services, {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { namespace: 'default', name: `s${i}` },
          spec: { type: 'NodePort', ports: [{ port: 80 }] },
        }),
      ),
    );
    assert.equal(new Set(made.map(({ spec }) => spec?.clusterIP)).size, 30);
    assert.equal(new Set(made.map(({ spec }) => spec?.ports?.[0]?.nodePort)).size, 30);
  });

  it('are both behind the kubernetes service, until one is killed', async () => {
    await until(`${here},${there}`);
    await other?.kill();
    other = undefined;
    await until(here);
  });
});
