import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { ConfigMap, KubeObject, Secret, WatchEvent } from '../../api/types.js';
import type { Resource, WatchCallOptions } from '../client.js';
import { configMaps, secrets } from '../resources.js';
import { ManualClock, settled } from '../testing/clock.js';
import { silentLog } from '../testing/log.js';
import { MemoryApi } from '../testing/memory-api.js';
import type { Context, Controller, Outcome } from './controller.js';
import { runControllers } from './run.js';

const map = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});
const secret = (name: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
});

describe('runControllers', () => {
  let clock: ManualClock;
  let api: MemoryApi;
  let stop: AbortController;
  let done: Promise<void>;

  const run = (
    reconcile: (key: string, context: Context) => Promise<Outcome>,
    extra: Partial<Controller> = {},
  ): void => {
    const controller: Controller = {
      name: 'test',
      sources: [
        { resource: configMaps, keysFor: (now, before) => [`default/${(now ?? before)?.metadata.name}`] },
        { resource: secrets, keysFor: now => (now?.metadata.labels ? [`default/${now.metadata.labels.for}`] : []) },
      ],
      reconcile,
      ...extra,
    };
    done = runControllers({
      client: api,
      controllers: [controller],
      clock,
      random: () => 0,
      log: silentLog,
      signal: stop.signal,
    });
  };

  beforeEach(() => {
    clock = new ManualClock();
    api = new MemoryApi(() => clock.now());
    stop = new AbortController();
    done = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await clock.advance(0);
    await done;
    assert.equal(clock.sleeping, 0, 'nothing is left waiting');
  });

  it('reconciles what was there, and what changes', async () => {
    await api.create(configMaps, map('a'));
    const keys: string[] = [];
    run(async (key, { read }) => {
      keys.push(`${key} ${read.list(configMaps, 'default').length}`);
    });
    await clock.advance(0);
    await api.create(configMaps, map('b'));
    await clock.advance(0);
    await api.create(secrets, { ...secret('s'), metadata: { ...secret('s').metadata, labels: { for: 'a' } } });
    await clock.advance(0);
    assert.deepEqual(keys, ['default/a 1', 'default/b 2', 'default/a 2']);
  });

  it('sends the cause with each write', async () => {
    await api.create(configMaps, map('a'));
    run(async (key, { read, write }) => {
      if (read.list(secrets).length === 0) await write.create(secrets, secret(key.split('/')[1] ?? ''));
    });
    await clock.advance(0);
    assert.deepEqual(
      api.writes.filter(w => w.resource === 'secrets').map(w => w.cause),
      ['test default/a <- ConfigMap default/a ADDED @2'],
    );
  });

  it('the write barrier: a key waits until the cache shows its last write, so that nothing is made twice', async () => {
    await api.create(configMaps, map('a'));
    let turns = 0;
    // The watch of secrets is held back: the cache stays behind what the reconcile has created.
    const { watch } = api;
    let release = (): void => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    api.watch = async function* <T extends KubeObject>(resource: Resource<T>, options: WatchCallOptions) {
      if (resource.plural === 'secrets') await held;
      yield* watch.call<MemoryApi, [Resource<T>, WatchCallOptions], AsyncGenerator<WatchEvent<T>>>(
        api,
        resource,
        options,
      );
    };
    run(async (_, { read, write }) => {
      turns++;
      if (read.list(secrets).length === 0)
        await write.create(secrets, { ...secret(''), metadata: { namespace: 'default', generateName: 's-' } });
    });
    await clock.advance(0);
    for (const data of ['1', '2', '3']) {
      const current = await api.get(configMaps, { namespace: 'default', name: 'a' });
      await api.update(configMaps, { ...current, data: { data } });
      await clock.advance(10);
    }
    assert.equal(turns, 1);
    release();
    await clock.advance(10);
    assert.equal(turns, 2);
    assert.equal((await api.list(secrets)).items.length, 1);
  });

  it('the barrier knows deletions as well', async () => {
    await api.create(configMaps, map('a'));
    await api.create(secrets, { ...secret('s'), metadata: { ...secret('s').metadata, labels: { for: 'a' } } });
    run(async (_, { read, write }) => {
      for (const found of read.list(secrets)) {
        const { name = '', namespace = '' } = found.metadata;
        await write.delete(secrets, { name, namespace });
        const current = await api.get(configMaps, { namespace: 'default', name: 'a' });
        await api.update(configMaps, { ...current, data: { touched: 'yes' } });
      }
    });
    await clock.advance(100);
    assert.equal(api.writes.filter(w => w.verb === 'delete').length, 1);
  });

  it('tries again after a failure, ever later, and says of what', async () => {
    await api.create(configMaps, map('a'));
    const at: number[] = [];
    const causes: (string | undefined)[] = [];
    run(async (_, { write }) => {
      at.push(clock.now());
      await write.create(secrets, secret('s'));
      causes.push(api.writes.at(-1)?.cause);
    });
    let failing = 3;
    api.fault = (verb, resource) => {
      if (verb === 'create' && resource === 'secrets' && failing-- > 0) throw statusError('ServiceUnavailable', 'no');
    };
    await clock.advance(1000);
    assert.deepEqual(
      at.map(ms => ms - (at[0] ?? 0)),
      [0, 5, 15, 35],
    );
    assert.deepEqual(causes, ['test default/a <- retry 3 of ConfigMap default/a ADDED @2']);
  });

  it('looks again when asked to, and not when a later turn no longer asks', async () => {
    await api.create(configMaps, map('a'));
    const at: number[] = [];
    run(async () => {
      at.push(clock.now());
      return at.length < 3 ? { requeueAfterMs: 1000 } : undefined;
    });
    await clock.advance(10_000);
    assert.deepEqual(
      at.map(ms => ms - (at[0] ?? 0)),
      [0, 1000, 2000],
    );
  });

  it('looks at everything again after resyncMs', async () => {
    await api.create(configMaps, map('a'));
    let turns = 0;
    run(
      async () => {
        turns++;
      },
      { resyncMs: 60_000 },
    );
    await clock.advance(180_000);
    assert.equal(turns, 4);
  });

  it('never works on one key twice at a time, and on as many keys as it has workers', async () => {
    for (const name of ['a', 'b', 'c']) await api.create(configMaps, map(name));
    const active = new Set<string>();
    let most = 0;
    run(
      async key => {
        assert.ok(!active.has(key));
        active.add(key);
        most = Math.max(most, active.size);
        await clock.sleep(100);
        active.delete(key);
      },
      { workers: 2 },
    );
    await clock.advance(50);
    const current = await api.get(configMaps, { namespace: 'default', name: 'a' });
    await api.update(configMaps, { ...current, data: { x: 'y' } });
    await clock.advance(1000);
    assert.equal(most, 2);
  });

  it('one informer serves all controllers of the same objects; each writes as itself', async () => {
    let lists = 0;
    api.fault = verb => {
      if (verb === 'list') lists++;
    };
    const writers: string[] = [];
    const controller = (name: string): Controller => ({
      name,
      sources: [{ resource: configMaps, keysFor: now => (now ? ['all'] : []), indexes: { own: m => [m.kind] } }],
      reconcile: async (_, { read, write }) => {
        assert.equal(read.byIndex(configMaps, 'own', 'ConfigMap').length, 1);
        await write.getLive(configMaps, { namespace: 'default', name: 'a' });
      },
    });
    await api.create(configMaps, map('a'));
    done = runControllers({
      client: api,
      clientFor: name => Object.assign(Object.create(api) as MemoryApi, { get: async () => void writers.push(name) }),
      controllers: [controller('one'), controller('two')],
      clock,
      random: () => 0,
      log: silentLog,
      signal: stop.signal,
    });
    await clock.advance(0);
    assert.equal(lists, 1);
    assert.deepEqual(writers.sort(), ['one', 'two']);
  });

  it('refuses to read what is not a source, and two controllers of one name', async () => {
    await api.create(configMaps, map('a'));
    let said = '';
    run(async (_, { read }) => {
      try {
        read.list({ ...configMaps, plural: 'others' });
      } catch (error) {
        said = (error as Error).message;
      }
    });
    await clock.advance(0);
    assert.equal(said, 'test reads others, which is not among its sources');
    const twin: Controller = { name: 'twin', sources: [], reconcile: async () => {} };
    const options = { client: api, clock, random: () => 0, log: silentLog, signal: stop.signal };
    await assert.rejects(runControllers({ ...options, controllers: [twin, twin] }), /same name/);
  });

  it('names are as generateName makes them', async () => {
    await api.create(configMaps, map('a'));
    let suffix = '';
    run(async (_, { randomSuffix }) => {
      suffix = randomSuffix(5);
    });
    await settled();
    await clock.advance(0);
    assert.match(suffix, /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });
});
