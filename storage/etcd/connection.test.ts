import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CutProxy, startCutProxy } from '../contract/cut-proxy.js';
import { type EtcdServer, etcdMissing, startEtcd } from '../contract/etcd-server.js';
import { accepted, bytes, put, Watching } from '../contract/harness.js';
import { type Store, Unavailable } from '../store.js';
import { type EtcdOptions, openEtcdStore } from './open.js';

describe('the etcd store when connections fail', function () {
  this.timeout(60_000);
  let dataDir: string;
  let server: EtcdServer;
  let proxy: CutProxy;
  /** Through the proxy, and past it. */
  let store: Store;
  let direct: Store;
  let opened: Store[] = [];
  const open = async (options: EtcdOptions): Promise<Store> => {
    const one = await openEtcdStore(options);
    opened.push(one);
    return one;
  };

  before(function () {
    const missing = etcdMissing();
    if (missing === undefined) return;
    console.log(`      skipped: ${missing}`);
    this.skip();
  });
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'orrery-etcd-'));
    server = await startEtcd({ dataDir });
    proxy = await startCutProxy(server.endpoint);
    store = await open({ endpoints: [proxy.endpoint] });
    direct = await open({ endpoints: [server.endpoint] });
  });
  afterEach(async () => {
    for (const one of opened) await one.close();
    opened = [];
    await proxy?.stop();
    await server?.kill();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('watches on without a gap, however often the connection is cut', async () => {
    const watching = new Watching(store, '/', 2);
    const watched = watching.until(401);
    for (let i = 0; i < 400; i++) {
      await put(direct, `/${i}`);
      if (i % 50 === 25) proxy.cut();
    }
    const events = await watched;
    assert.deepEqual(
      events.map(e => e.revision),
      Array.from({ length: 400 }, (_, i) => i + 2),
    );
    assert.ok(proxy.connections > 2, `${proxy.connections} connections`);
    await watching.stop();
  });

  it('watches on without a gap when etcd is killed and started again', async () => {
    const watching = new Watching(direct, '/', 2);
    const first = await put(direct, '/before');
    await watching.until(first);
    const later = watching.until(first + 1);
    await server.kill();
    server = await startEtcd({ dataDir, port: Number(server.endpoint.split(':')[1]) });
    await put(direct, '/after');
    assert.deepEqual(
      (await later).map(e => e.key),
      ['/before', '/after'],
    );
    await watching.stop();
  });

  it('reads and writes again as soon as etcd does', async () => {
    const revision = await put(store, '/a');
    proxy.open = false;
    proxy.cut();
    await assert.rejects(store.get('/a'), (error: unknown) => {
      assert.ok(error instanceof Unavailable);
      assert.match(error.message, new RegExp(`^etcd at ${proxy.endpoint} does not answer`));
      return true;
    });
    await assert.rejects(store.create('/b', bytes('x')), Unavailable);
    proxy.open = true;
    assert.equal((await store.get('/a'))?.revision, revision);
    accepted(await store.update('/a', bytes('2'), revision));
    assert.equal(await store.get('/b'), undefined);
  });

  it('goes to the other endpoint when one is down', async () => {
    const both = await open({ endpoints: ['127.0.0.1:1', server.endpoint] });
    const watching = new Watching(both, '/', 2);
    const first = watching.next();
    for (let i = 0; i < 20; i++) {
      await put(both, `/${i}`);
      assert.ok(await both.get(`/${i}`));
    }
    await first;
    assert.equal((await watching.until(21)).length, 20);
    await watching.stop();
  });

  it('closes while it tries to connect again', async () => {
    const watching = new Watching(store, '/', 2);
    const next = watching.next();
    proxy.open = false;
    proxy.cut();
    await assert.rejects(store.revision(), Unavailable);
    await store.close();
    assert.equal(await next, undefined);
  });

  it('keeps its keys under its own prefix, apart from others', async () => {
    const mine = await open({ endpoints: [server.endpoint], prefix: '/mine' });
    await put(direct, '/a', 'theirs');
    const revision = await put(mine, '/a', 'mine');
    await put(direct, '/minefield', 'theirs');
    assert.deepEqual(
      (await mine.list('/')).entries.map(e => e.key),
      ['/a'],
    );
    assert.equal((await direct.get('/mine/a'))?.revision, revision);
    const watching = new Watching(mine, '/', 2);
    assert.deepEqual(
      (await watching.until(revision)).map(e => [e.key, e.revision]),
      [['/a', revision]],
    );
    await watching.stop();
  });
});
