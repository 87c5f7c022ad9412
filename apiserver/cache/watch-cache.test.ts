import assert from 'node:assert/strict';
import { builtinKinds, findKind } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import { openMemoryStore } from '../../storage/memory/open.js';
import { SlowWatcher, type Store, Unavailable, type WatchBatch } from '../../storage/store.js';
import { StillClock, settled } from '../testing/harness.js';
import { encodeStored } from './encoded.js';
import type { CacheEntry } from './entry.js';
import { lookupOver } from './lookup.js';
import { WatchCache } from './watch-cache.js';

const configMaps = findKind({ group: '', plural: 'configmaps' }) as KindRow;
const value = (name: string, data = {}): Buffer => {
  const object: AnyObject = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default' }, data };
  return encodeStored(object);
};
const key = (name: string): string => `/registry/configmaps/default/${name}`;

/** A store whose watches end as the test says, and start late where it says so. */
function interrupted(store: Store) {
  const control: { fail?: (error: Error) => void; gate: Promise<void> } = { gate: Promise.resolve() };
  async function* watch(prefix: string, from: number, signal: AbortSignal): AsyncGenerator<WatchBatch> {
    await control.gate;
    const own = new AbortController();
    signal.addEventListener('abort', () => own.abort());
    let failure: Error | undefined;
    control.fail = error => {
      failure = error;
      own.abort();
    };
    yield* store.watch(prefix, from, own.signal);
    if (failure) throw failure;
  }
  const over = new Proxy(store, {
    get: (target, name) => {
      if (name === 'watch') return watch;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { over, control };
}

describe('the watch cache', () => {
  let store: Store;
  const clock = new StillClock();
  beforeEach(() => {
    store = openMemoryStore({ clock });
  });
  afterEach(() => store.close());

  const open = (over: Store, onFatal: (error: unknown) => void = error => assert.fail(String(error))) =>
    WatchCache.open({ store: over, rows: builtinKinds, clock, onFatal });
  const names = (cache: WatchCache): string[] =>
    cache
      .resource(configMaps)
      .all()
      .map(entry => entry.name);

  it('shows the object that its writer handed over, and decodes no bytes for it', async () => {
    const cache = await open(store);
    const bytes = value('web', { a: '1' });
    const object = JSON.parse(bytes.toString()) as AnyObject;
    cache.handOver(bytes, object);
    let heard: AnyObject | undefined;
    cache.resource(configMaps).onChange(now => {
      heard = now;
    });
    const written = await store.create(key('web'), bytes);
    assert.ok(written.ok);
    await cache.atLeast(written.revision);
    assert.equal(heard?.data, object.data);
    assert.equal(heard?.metadata.resourceVersion, String(written.revision));
    assert.equal(cache.resource(configMaps).get('default/web')?.object, heard);
    await cache.close();
  });

  it('keeps decoded what is looked into again and again, and of that the last state alone', async () => {
    const cache = await open(store);
    const configMap = () => cache.resource(configMaps).get('default/web') as CacheEntry;
    let object: AnyObject = JSON.parse(value('web').toString());
    const write = async (next: AnyObject, expected: number): Promise<number> => {
      object = next;
      const bytes = encodeStored(object);
      cache.handOver(bytes, object);
      const written = await (expected === 0
        ? store.create(key('web'), bytes)
        : store.update(key('web'), bytes, expected));
      assert.ok(written.ok);
      await cache.atLeast(written.revision);
      return written.revision;
    };
    let revision = await write({ ...object, data: { a: '1' } }, 0);
    assert.notEqual(configMap().object.data, object.data, 'nobody had looked: decoded from the bytes');
    const before = configMap();
    const asBefore = before.object;
    revision = await write({ ...object, data: { a: '2' } }, revision);
    assert.equal(configMap().object.data, object.data, 'as it was written');
    assert.equal(configMap().object.metadata.resourceVersion, String(revision));
    assert.notEqual(before.object, asBefore, 'decoded anew');
    assert.deepEqual(before.object, asBefore);
    await cache.close();
  });

  it('holds what the store held, and follows it', async () => {
    await store.create(key('a'), value('a'));
    await store.create('/registry/unknown/x', Buffer.from('not even JSON'));
    const cache = await open(store);
    assert.deepEqual(names(cache), ['a']);
    await store.create(key('b'), value('b'));
    assert.equal(await cache.fresh(), 4);
    assert.deepEqual(names(cache), ['a', 'b']);
    await cache.close();
  });

  it('mends itself after a gap, and tells its listeners what they missed', async () => {
    const { over, control } = interrupted(store);
    await store.create(key('goes'), value('goes'));
    await store.create(key('changes'), value('changes'));
    const cache = await open(over);
    await settled();
    const heard: string[] = [];
    lookupOver(cache).onChange({ group: '', resource: 'configmaps' }, (now, before) =>
      heard.push(`${before?.metadata.name ?? ''}>${now?.metadata.name ?? ''}`),
    );
    let reopen = (): void => undefined;
    control.gate = new Promise(resolve => {
      reopen = resolve;
    });
    const list = store.list.bind(store);
    over.list = async (...call) => {
      await store.delete(key('goes'));
      await store.update(key('changes'), value('changes', { x: 'y' }), 3);
      await store.create(key('comes'), value('comes'));
      over.list = list;
      return list(...call);
    };
    control.fail?.(new SlowWatcher(1));
    await settled();
    reopen();
    await store.create(key('later'), value('later'));
    await cache.fresh();
    assert.deepEqual(heard, ['changes>changes', '>comes', 'goes>', '>later']);
    assert.deepEqual(names(cache), ['changes', 'comes', 'later']);
    await cache.close();
  });

  it('gives up when the store is gone for good', async () => {
    const { over, control } = interrupted(store);
    const fatal: unknown[] = [];
    const cache = await open(over, error => fatal.push(error));
    await settled();
    control.fail?.(new Unavailable('the disk is gone'));
    await settled();
    assert.deepEqual(fatal.map(String), ['Unavailable: the disk is gone']);
    await cache.close();
  });

  it('does not wait for ever for a revision that does not come', async () => {
    const clock = new StillClock();
    const cache = await WatchCache.open({ store, rows: builtinKinds, clock, onFatal: () => undefined });
    const refused = assert.rejects(cache.atLeast(99), /Too large resource version: 99, current: 2/);
    const come = cache.atLeast(2);
    await store.create(key('a'), value('a'));
    await come;
    clock.time += 3000;
    cache.tick();
    await refused;
    await cache.close();
  });

  it('answers lookups from what it holds', async () => {
    const cache = await open(store);
    const lookup = lookupOver(cache);
    await store.create(key('a'), value('a'));
    await cache.fresh();
    const resource = { group: '', resource: 'configmaps' };
    assert.equal(lookup.get(resource, 'default', 'a')?.metadata.resourceVersion, '2');
    assert.equal(lookup.get(resource, 'default', 'b'), undefined);
    assert.deepEqual([...lookup.list(resource, 'default')].length, 1);
    assert.deepEqual([...lookup.list(resource, 'other')].length, 0);
    assert.deepEqual([...lookup.list({ group: 'none', resource: 'nothing' })], []);
    await cache.close();
  });

  it('gives up what is older than five minutes', async () => {
    const cache = await open(store);
    const write = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const now = await store.get(key('web'));
        const bytes = value('web', { n: String(n) });
        await (now ? store.update(key('web'), bytes, now.revision) : store.create(key('web'), bytes));
      }
      await cache.fresh();
    };
    const resource = cache.resource(configMaps);
    const beginning = resource.floor;
    await write(150);
    cache.tick();
    const then = cache.revision;
    clock.time += 299_000;
    await write(150);
    cache.tick();
    assert.equal(resource.floor, beginning);
    clock.time += 1000;
    cache.tick();
    assert.equal(resource.floor, then);
    await cache.close();
  });
});
