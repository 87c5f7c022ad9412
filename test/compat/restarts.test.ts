/** The API server goes and comes back, in order or killed: who watches misses nothing, and who was answered is not betrayed. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePki, type PkiPaths } from '../../apiserver/pki/index.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect, type RestClient } from '../../client/rest/index.js';
import { type EtcdServer, etcdMissing, startEtcd } from '../../storage/contract/etcd-server.js';
import { openStore } from '../../storage/open.js';
import { RawClient } from './raw-client.js';
import { forkApiServer } from './restarts/api-server-process.js';
import { followWithClientNode, followWithOurs, type Ledger } from './restarts/ledger.js';
import { Writers } from './restarts/writers.js';

for (const kind of ['lmdb', 'etcd'])
  describe(`an API server that restarts, on ${kind}`, function () {
    this.timeout(60_000);
    let etcd: EtcdServer | undefined;
    let datastore: string;
    let cluster: TestCluster | undefined;
    let raw: RawClient;
    let client: RestClient;
    let stop: AbortController;
    let ledgers: Ledger[];
    let writers: Writers;

    before(async function () {
      const missing = kind === 'etcd' ? etcdMissing() : undefined;
      if (missing) {
        console.log(`      skipped: ${missing}`);
        return this.skip();
      }
      if (kind === 'etcd') etcd = await startEtcd();
      datastore = etcd ? `etcd://${etcd.endpoint}` : kind;
      cluster = await startTestCluster(datastore);
      const { admin } = cluster.pki.kubeconfig;
      raw = new RawClient(cluster);
      client = connect(loadKubeconfig({ path: admin }));
      stop = new AbortController();
      writers = new Writers(raw);
      ledgers = [followWithOurs(client, stop.signal), await followWithClientNode(admin, stop.signal)];
    });
    after(async () => {
      if (!cluster) return;
      stop.abort();
      raw.close();
      await client.close();
      await cluster.remove();
      await etcd?.stop();
    });

    const allHold = (state: ReadonlyMap<string, string>): Promise<unknown> =>
      Promise.all(ledgers.map(ledger => ledger.until(state)));

    it('is followed through restarts in the middle of writes, without a change lost or told twice', async () => {
      for (const round of [1, 2, 3]) {
        let restarted = false;
        const some = writers.acknowledged(20 * round);
        const writing = writers.write(() => restarted);
        await some;
        await cluster?.restart();
        restarted = true;
        await writing;
        await allHold(await writers.check());
      }
    });

    it('tells who watches every single change again, each once and in order', async () => {
      const told = ledgers.map(ledger => ledger.told.length);
      const wanted: string[] = [];
      const path = '/api/v1/namespaces/default/configmaps';
      for (let value = 0; value < 30; value++) {
        const body = { metadata: { name: 'each' }, data: { value: String(value) } };
        const line = value === 0 ? `POST ${path}` : `PUT ${path}/each`;
        assert.ok((await raw.ask(line, body)).code < 300);
        wanted.push(`${value === 0 ? 'add' : 'update'} each=${value}`);
      }
      writers.expect('each', '29');
      await allHold(await writers.check());
      for (const [index, ledger] of ledgers.entries())
        assert.deepEqual(ledger.told.slice(told[index]), wanted, ledger.name);
    });

    it('is followed over a compaction that took the history away which they had not seen', async () => {
      const { server, dataDir } = cluster as TestCluster;
      await server.stop();
      const store = await openStore(datastore, dataDir);
      const key = '/registry/configmaps/default/each';
      const found = await store.get(key);
      assert.ok(found);
      const object = JSON.parse(Buffer.from(found.value).toString());
      await store.update(key, Buffer.from(JSON.stringify({ ...object, data: { value: 'unseen' } })), found.revision);
      const gone = { ...object, metadata: { ...object.metadata, name: 'gone', uid: 'gone' } };
      await store.create('/registry/configmaps/default/gone', Buffer.from(JSON.stringify(gone)));
      await store.delete('/registry/configmaps/default/gone');
      await store.compact(await store.revision());
      await store.close();
      await cluster?.start(server.port);
      writers.expect('each', 'unseen');
      const state = await writers.check();
      assert.equal(state.get('each'), 'unseen');
      await allHold(state);
    });

    it('says 410 to a watch of the history that is gone', async () => {
      const answer = await raw.ask('GET /api/v1/namespaces/default/configmaps?watch=1&resourceVersion=2');
      const { type, object } = answer.json;
      assert.deepEqual([answer.code, type, object.code, object.reason], [200, 'ERROR', 410, 'Expired']);
      assert.match(object.message, /^too old resource version: 2 \(\d+\)$/);
    });
  });

describe('an API server that is killed (SIGKILL)', function () {
  this.timeout(60_000);
  const rounds = 3;
  let dataDir: string;
  let pki: PkiPaths;

  const issue = (port: number): Promise<PkiPaths> =>
    ensurePki({
      dataDir,
      nodeName: 'node-1',
      addresses: ['127.0.0.1'],
      server: `https://127.0.0.1:${port}`,
      now: Date.now(),
    });

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-killed-'));
    await issue(1);
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it(`has lost nothing that it acknowledged, ${rounds} times in a row, and is followed through it all`, async () => {
    let server = await forkApiServer(dataDir, 0);
    const { port } = server;
    pki = await issue(port);
    const raw = new RawClient({ pki, server: { port } });
    const client = connect(loadKubeconfig({ path: pki.kubeconfig.admin }));
    const stop = new AbortController();
    const ledger = followWithOurs(client, stop.signal);
    const writers = new Writers(raw);
    try {
      for (let round = 0; round < rounds; round++) {
        const killed = writers.acknowledged(1 + Math.floor(Math.random() * 400)).then(() => server.kill());
        await writers.write(() => false);
        await killed;
        server = await forkApiServer(dataDir, port);
        await ledger.until(await writers.check());
      }
    } finally {
      stop.abort();
      raw.close();
      await client.close();
      await server.kill();
    }
  });
});
