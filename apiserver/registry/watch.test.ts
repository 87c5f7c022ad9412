import assert from 'node:assert/strict';
import type { Status } from '../../api/types.js';
import { openTestApi, type TestApi } from '../testing/harness.js';

const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const merge = { 'content-type': 'application/merge-patch+json' };

describe('watch', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const make = (name: string, labels = {}, path = configMaps) =>
    api.must(201, `POST ${path}`, { metadata: { name, labels } });
  const label = (name: string, labels: object) =>
    api.must(200, `PATCH ${configMaps}/${name}`, { metadata: { labels } }, merge);

  it('tells what is there, and then what happens', async () => {
    await make('a');
    const watch = await api.watch(`${configMaps}?watch=true`);
    await make('b');
    await label('a', { x: 'y' });
    await api.must(200, `DELETE ${configMaps}/a`);
    assert.deepEqual(await watch.said(), ['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED a']);
    const [, , modified, deleted] = watch.events;
    assert.equal(deleted?.object.metadata.labels?.x, 'y');
    assert.ok(Number(deleted?.object.metadata.resourceVersion) > Number(modified?.object.metadata.resourceVersion));
  });

  it('goes on from a version without a gap, and not before it', async () => {
    const { metadata } = await make('a');
    await make('b');
    const watch = await api.watch(`${configMaps}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    await make('c');
    assert.deepEqual(await watch.said(), ['ADDED b', 'ADDED c']);
  });

  it('shows who selects that objects come and go as their labels change', async () => {
    await make('a', { app: 'web' });
    await make('b', { app: 'other' });
    const { metadata } = await api.must(200, `GET ${configMaps}`);
    const query = `watch=true&labelSelector=app%3Dweb&resourceVersion=${metadata.resourceVersion}`;
    const watch = await api.watch(`${configMaps}?${query}`);
    await label('b', { app: 'web' });
    await label('a', { app: 'other' });
    await label('a', { more: 'x' });
    await label('b', { more: 'x' });
    assert.deepEqual(await watch.said(), ['ADDED b', 'DELETED a', 'MODIFIED b']);
    assert.equal(watch.events[1]?.object.metadata.labels?.app, 'web');
    const later = await api.watch(`${configMaps}?${query}`);
    assert.deepEqual(await later.said(), ['ADDED b', 'DELETED a', 'MODIFIED b']);
  });

  const scopes: [path: string, query: string, want: string[]][] = [
    [configMaps, '', ['ADDED a', 'ADDED b']],
    ['/api/v1/configmaps', '', ['ADDED a', 'ADDED b', 'ADDED a']],
    [configMaps, '&fieldSelector=metadata.name%3Db', ['ADDED b']],
    ['/api/v1/configmaps', '&fieldSelector=metadata.name%3Da', ['ADDED a', 'ADDED a']],
    ['/api/v1/configmaps', '&fieldSelector=metadata.namespace%3Dother', ['ADDED a']],
    ['/api/v1/secrets', '', []],
  ];
  for (const [path, query, want] of scopes) {
    it(`of ${path}${query} sees ${want.join(', ') || 'nothing'}`, async () => {
      const { metadata } = await api.must(200, `GET ${path}`);
      const watch = await api.watch(`${path}?watch=1&resourceVersion=${metadata.resourceVersion}${query}`);
      await make('a');
      await make('b');
      await make('a', {}, '/api/v1/namespaces/other/configmaps');
      assert.deepEqual(await watch.said(), want);
    });
  }

  it('is asked for in the older way too, of one object or of all', async () => {
    const one = await api.watch('/api/v1/watch/namespaces/default/configmaps/b');
    const all = await api.watch('/api/v1/watch/configmaps');
    await make('a');
    await make('b');
    assert.deepEqual(await one.said(), ['ADDED b']);
    assert.deepEqual(await all.said(), ['ADDED a', 'ADDED b']);
  });

  it('lets a kubelet see the pods of its node', async () => {
    const watch = await api.watch('/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1');
    for (const name of ['p', 'q']) {
      await api.must(201, `POST ${core}/pods`, {
        metadata: { name },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      });
    }
    await api.must(201, `POST ${core}/pods/p/binding`, { target: { name: 'n1' } });
    await api.must(201, `POST ${core}/pods/q/binding`, { target: { name: 'n2' } });
    await api.must(200, `DELETE ${core}/pods/p?gracePeriodSeconds=0`);
    assert.deepEqual(await watch.said(), ['ADDED p', 'DELETED p']);
  });

  it('ends what is told first with a marked bookmark, when asked', async () => {
    await make('a');
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await api.watch(`${configMaps}?${query}`);
    await make('b');
    assert.deepEqual(await watch.said(), ['ADDED a', 'BOOKMARK', 'ADDED b']);
    assert.deepEqual(watch.events[1]?.object, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: '2', annotations: { 'k8s.io/initial-events-end': 'true' } },
    } as unknown);
  });

  it('starts with nothing when only news are asked for', async () => {
    await make('a');
    const watch = await api.watch(`${configMaps}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
    await make('b');
    assert.deepEqual(await watch.said(), ['ADDED b']);
  });

  it('keeps clients current with bookmarks, also where nothing happens', async () => {
    const watch = await api.watch(`/api/v1/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=100`);
    await make('a');
    api.tick(60_000);
    assert.deepEqual(await watch.said(), ['BOOKMARK']);
    assert.equal(watch.events[0]?.object.metadata.resourceVersion, '2');
    api.tick(40_000);
    assert.deepEqual(await watch.said(), ['BOOKMARK', 'BOOKMARK']);
    assert.equal(watch.ended, true);
  });

  it('makes tables of its events, and says their columns once', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    await make('z');
    const late = await api.watch(`${configMaps}?watch=1`, { accept });
    await late.said();
    await api.must(200, `DELETE ${configMaps}/z`);
    const watch = await api.watch(`${configMaps}?watch=1`, { accept });
    await make('a');
    await make('b');
    for (const { events } of [watch, late]) {
      await watch.said();
      const columns = events.map(({ object }) => object.columnDefinitions !== null);
      assert.deepEqual(columns, [true, ...columns.slice(1).map(() => false)]);
      assert.ok(columns.length > 1);
    }
    const [event] = watch.events;
    assert.equal(event?.object.kind, 'Table');
    assert.deepEqual((event?.object.rows as { cells: unknown[] }[] | undefined)?.[0]?.cells, ['a', 0, '0s']);
  });

  it('says 410 of versions whose history is gone', async () => {
    const watch = await api.watch(`${configMaps}?watch=1&resourceVersion=0`);
    watch.leave();
    const other = await openTestApi({ store: api.store });
    const old = await other.ask(`GET ${configMaps}?watch=1&resourceVersion=0`);
    assert.equal(old.code, 200); // 0 is "any": no history is needed for it
    await make('a');
    const late = await openTestApi({ store: api.store });
    const told = await late.watch(`${configMaps}?watch=1&resourceVersion=1`);
    await told.said();
    assert.ok(told.ended);
    const [event, ...more] = told.events;
    assert.ok(event);
    const { code, reason, message } = event.object as unknown as Status;
    assert.deepEqual([event.type, code, reason, message], ['ERROR', 410, 'Expired', 'too old resource version: 1 (2)']);
    assert.deepEqual(more, []);
    await other.env.cache.close();
    await late.env.cache.close();
  });

  it('sees what another server on the same store writes', async () => {
    const other = await openTestApi({ store: api.store });
    const watch = await other.watch(`${configMaps}?watch=1`);
    await make('a');
    await other.must(200, `GET ${configMaps}/a`);
    assert.deepEqual(await watch.said(), ['ADDED a']);
    await other.must(200, `DELETE ${configMaps}/a`);
    await api.must(404, `GET ${configMaps}/a`);
    await other.env.cache.close();
  });

  it('is counted while it is open, and forgotten when its client leaves', async () => {
    const watch = await api.watch(`${configMaps}?watch=1`);
    assert.equal(api.env.cache.watcherCount(), 1);
    watch.leave();
    assert.equal(api.env.cache.watcherCount(), 0);
  });

  const refusals: [query: string, code: number, message: RegExp][] = [
    ['watch=1&resourceVersion=x', 422, /resourceVersion: Invalid value/],
    ['watch=1&sendInitialEvents=true', 422, /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/],
    [
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
      422,
      /requires allowWatchBookmarks to be true/,
    ],
    [
      'watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan',
      422,
      /forbidden for watch unless sendInitialEvents/,
    ],
  ];
  for (const [query, code, message] of refusals) {
    it(`refuses ?${query} with ${code}`, async () => {
      assert.match((await api.must(code, `GET ${configMaps}?${query}`)).message, message);
    });
  }
});
