import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { ConfigMap, KubeList, KubeObject, WatchEvent } from '../../api/types.js';
import type { ListCallOptions, Resource, WatchCallOptions } from '../client.js';
import { configMaps } from '../resources.js';
import { ManualClock, settled } from '../testing/clock.js';
import { silentLog } from '../testing/log.js';
import { MemoryApi } from '../testing/memory-api.js';
import { type Informer, startInformer } from './informer.js';

const map = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

describe('Informer', () => {
  let api: MemoryApi;
  let clock: ManualClock;
  let stop: AbortController;
  let changes: string[];
  let requests: string[];

  const start = (): Informer<ConfigMap> => {
    const informer = startInformer({
      client: api,
      resource: configMaps,
      clock,
      random: () => 0.5,
      log: silentLog,
      signal: stop.signal,
    });
    informer.onChange(({ before, now }) =>
      changes.push(`${before ? before.metadata.name : '-'}>${now ? now.metadata.name : '-'}`),
    );
    return informer;
  };
  const names = (informer: Informer<ConfigMap>): string[] => informer.list().map(m => m.metadata.name ?? '');

  beforeEach(() => {
    clock = new ManualClock();
    api = new MemoryApi(() => clock.now());
    stop = new AbortController();
    changes = [];
    requests = [];
    api.fault = verb => {
      requests.push(verb);
    };
  });
  afterEach(() => stop.abort());

  it('is synced with the first list, and follows', async () => {
    await api.create(configMaps, map('a'));
    const informer = start();
    assert.equal(informer.isSynced, false);
    await informer.synced;
    assert.deepEqual(names(informer), ['a']);
    await api.create(configMaps, map('b'));
    await api.update(configMaps, map('a', { k: 'v' }));
    await api.delete(configMaps, { namespace: 'default', name: 'b' });
    await settled();
    assert.deepEqual(changes, ['->a', '->b', 'a>a', 'b>-']);
    assert.deepEqual(informer.get({ namespace: 'default', name: 'a' })?.data, { k: 'v' });
    assert.equal(informer.resourceVersion, '5');
  });

  it('resumes a dropped watch where it was: nothing is missed, nothing is told twice, nothing is listed again', async () => {
    const informer = start();
    await informer.synced;
    await api.create(configMaps, map('a'));
    await settled();
    api.dropWatches();
    await api.create(configMaps, map('b'));
    await settled();
    await clock.advance(1000);
    assert.deepEqual(changes, ['->a', '->b']);
    assert.equal(requests.filter(verb => verb === 'list').length, 1);
  });

  it('lists again after 410, with a wait, and tells the difference', async () => {
    await api.create(configMaps, map('gone'));
    const informer = start();
    await informer.synced;
    api.fault = verb => {
      requests.push(verb);
      if (verb === 'watch') throw statusError('ServiceUnavailable', 'down');
    };
    api.dropWatches();
    await settled();
    await clock.advance(500);
    await api.delete(configMaps, { namespace: 'default', name: 'gone' });
    await api.create(configMaps, map('new'));
    api.compact();
    api.fault = verb => {
      requests.push(verb);
    };
    requests = [];
    await clock.advance(5000);
    assert.deepEqual(requests.slice(0, 3), ['watch', 'list', 'watch']);
    assert.deepEqual(changes, ['->gone', '->new', 'gone>-']);
    await api.create(configMaps, map('later'));
    await settled();
    assert.equal(changes.at(-1), '->later');
  });

  it('keeps asking, ever more slowly, while the server does not answer', async () => {
    api.fault = verb => {
      requests.push(verb);
      throw statusError('Forbidden', 'no');
    };
    start();
    await clock.advance(60_000);
    const asked = requests.length;
    assert.ok(asked >= 8 && asked <= 12, `${asked} requests in the first minute`);
    await clock.advance(60_000);
    assert.ok(requests.length - asked <= 3, 'at most one in half of 30 s later on');
  });

  it('reads lists page by page, and whole when the pages expire in between', async () => {
    const asked: ListCallOptions[] = [];
    const page = (items: ConfigMap[], token?: string): KubeList<ConfigMap> => ({
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion: '7', ...(token ? { continue: token } : {}) },
      items,
    });
    const { kind: _kind, ...bare } = map('a');
    const list = (_: unknown, options: ListCallOptions): Promise<KubeList<ConfigMap>> => {
      asked.push(options);
      if (options.continue === 'two') return Promise.reject(statusError('Expired', 'the page is too old'));
      if (options.limit === undefined) return Promise.resolve(page([bare as ConfigMap, map('b'), map('c')]));
      return Promise.resolve(options.continue === 'one' ? page([map('b')], 'two') : page([map('a')], 'one'));
    };
    api.list = list as MemoryApi['list'];
    const informer = start();
    await informer.synced;
    assert.deepEqual(names(informer), ['a', 'b', 'c']);
    assert.equal(
      informer.get({ namespace: 'default', name: 'a' })?.kind,
      'ConfigMap',
      'items of lists lack their kind',
    );
    assert.deepEqual(
      asked.map(o => [o.limit, o.continue]),
      [
        [500, undefined],
        [500, 'one'],
        [500, 'two'],
        [undefined, undefined],
      ],
    );
  });

  it('a bookmark is progress, and the place to resume from', async () => {
    const from: (string | undefined)[] = [];
    api.watch = async function* <T extends KubeObject>(_: Resource<T>, options: WatchCallOptions) {
      from.push(options.resourceVersion);
      const bookmark = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion: '99' } };
      yield { type: 'BOOKMARK' as const, object: bookmark as T };
      if (from.length > 1) await new Promise(resolve => options.signal.addEventListener('abort', resolve));
    };
    const informer = start();
    let progress = 0;
    informer.onProgress(() => progress++);
    await informer.synced;
    await clock.advance(1000);
    assert.deepEqual(from, ['1', '99']);
    assert.equal(informer.resourceVersion, '99');
    assert.equal(progress, 3, 'the list and two bookmarks');
    assert.deepEqual(changes, []);
  });

  it('news that are repeated take nothing back in time', async () => {
    const { watch } = api;
    api.watch = async function* <T extends KubeObject>(resource: Resource<T>, options: WatchCallOptions) {
      const told = [];
      for await (const event of watch.call(api, resource, options) as AsyncIterable<WatchEvent<T>>) {
        yield event;
        told.push(event);
        if (told.length === 3) yield* told;
      }
    };
    const informer = start();
    await informer.synced;
    await api.create(configMaps, map('a', { k: 'old' }));
    await api.create(configMaps, map('b'));
    await api.update(configMaps, map('a', { k: 'new' }));
    await settled();
    assert.deepEqual(informer.get({ namespace: 'default', name: 'a' })?.data, { k: 'new' });
    const others = changes.filter(change => change !== 'a>a');
    assert.deepEqual(others, ['->a', '->b']);
  });

  it('a listener that throws takes no news from the others', async () => {
    const informer = start();
    informer.onChange(() => {
      throw new Error('bad listener');
    });
    let told = 0;
    const forget = informer.onChange(() => told++);
    await informer.synced;
    await api.create(configMaps, map('a'));
    await settled();
    forget();
    await api.create(configMaps, map('b'));
    await settled();
    assert.equal(told, 1);
    assert.deepEqual(names(informer), ['a', 'b']);
  });

  it('ends with its signal', async () => {
    const informer = start();
    await informer.synced;
    stop.abort();
    await informer.stopped;
    assert.equal(clock.sleeping, 0);
  });
});
