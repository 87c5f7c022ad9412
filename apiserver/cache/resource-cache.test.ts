import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnyObject } from '../../api/types.js';
import { encodeStored, withRevision } from './encoded.js';
import { CacheEntry } from './entry.js';
import { type Filter, matches } from './filter.js';
import { ResourceCache } from './resource-cache.js';

const valueAt = (index: string, object: AnyObject): string | undefined =>
  index.startsWith('labels/') ? object.metadata.labels?.[index.slice(7)] : undefined;

function entry(path: string, revision: number, labels: Record<string, string> = {}): CacheEntry {
  const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name: path.slice(path.indexOf('/') + 1), labels } };
  return new CacheEntry(path, withRevision(encodeStored(object), revision), revision);
}

const labelled = (key: string, value: string, namespace = ''): Filter => ({
  namespace,
  exact: new Map([[`labels/${key}`, value]]),
  test: ({ object }) => object.metadata.labels?.[key] === value,
});

const paths = (entries: Iterable<CacheEntry>): string[] => [...entries].map(found => found.path);

describe('a resource in the cache', () => {
  it('keeps namespaces apart that begin alike', () => {
    const cache = new ResourceCache(
      ['a/x', 'a-b/x', 'a0/x', 'ab/x'].map(path => entry(path, 1)),
      1,
      valueAt,
    );
    assert.deepEqual(paths(cache.all('a')), ['a/x']);
    assert.deepEqual(paths(cache.select({ namespace: 'a-b', exact: new Map() })), ['a-b/x']);
  });

  it('goes on after a path, whether or not that is still there', () => {
    const cache = new ResourceCache(
      ['a/1', 'a/3', 'a/5'].map(path => entry(path, 1)),
      1,
      valueAt,
    );
    const all: Filter = { namespace: 'a', exact: new Map() };
    assert.deepEqual(paths(cache.select(all, 'a/1')), ['a/3', 'a/5']);
    assert.deepEqual(paths(cache.select(all, 'a/2')), ['a/3', 'a/5']);
    assert.deepEqual(paths(cache.select(all, 'a/5')), []);
  });

  it('finds a name in one namespace, in all, and where there are none', () => {
    const pods = new ResourceCache([entry('a/x', 1), entry('b/x', 1), entry('b/y', 1)], 1, valueAt);
    const named = (namespace: string): Filter => ({ namespace, name: 'x', exact: new Map() });
    assert.deepEqual(paths(pods.select(named('b'))), ['b/x']);
    assert.deepEqual(paths(pods.select(named(''))), ['a/x', 'b/x']);
    const nodes = new ResourceCache([entry('x', 1), entry('y', 1)], 1, valueAt);
    assert.deepEqual(paths(nodes.select(named(''))), ['x']);
  });

  it('tells changes to those who listen, and since a revision', () => {
    const cache = new ResourceCache([entry('a/x', 1)], 1, valueAt);
    const heard: string[] = [];
    cache.onChange((now, before) => heard.push(`${before?.metadata.resourceVersion}>${now?.metadata.resourceVersion}`));
    cache.apply('a/y', entry('a/y', 2), 2);
    cache.apply('a/x', entry('a/x', 3), 3);
    cache.apply('a/x', undefined, 4);
    cache.apply('a/never', undefined, 5);
    assert.deepEqual(heard, ['undefined>2', '1>3', '3>undefined']);
    assert.deepEqual(
      cache.since(2)?.map(change => change.revision),
      [3, 4],
    );
    assert.deepEqual(cache.since(4), []);
    assert.equal(cache.since(0), undefined);
    assert.equal(cache.changedAt, 4);
  });

  it('forgets the oldest changes first, and says so', () => {
    const cache = new ResourceCache([], 0, valueAt, { limits: { changes: 3, bytes: 1e9 } });
    for (let revision = 1; revision <= 10; revision++) cache.apply('a/x', entry('a/x', revision), revision);
    assert.equal(cache.floor, 7);
    assert.equal(cache.since(6), undefined);
    assert.deepEqual(
      cache.since(7)?.map(change => change.revision),
      [8, 9, 10],
    );
  });

  it('gives up old changes, but for as many as Kubernetes keeps of any age', () => {
    const cache = new ResourceCache([], 0, valueAt);
    for (let revision = 1; revision <= 300; revision++) cache.apply('a/x', entry('a/x', revision), revision);
    cache.age(150);
    assert.equal(cache.floor, 150);
    assert.equal(cache.since(150)?.length, 150);
    cache.age(300);
    assert.equal(cache.floor, 200);
    assert.equal(cache.get('a/x')?.object.metadata.resourceVersion, '300');
  });

  it('keeps no more bytes of old changes than it may', () => {
    const one = entry('a/x', 1).bytes.length;
    const cache = new ResourceCache([], 0, valueAt, { limits: { changes: 1000, bytes: 2 * one } });
    for (let revision = 1; revision <= 5; revision++) cache.apply('a/x', entry('a/x', revision), revision);
    assert.equal(cache.floor, 3);
  });

  it('answers every question as a scan of everything would, after any writes', () => {
    const path = fc
      .tuple(fc.constantFrom('a', 'b', 'ab'), fc.constantFrom('1', '2', '3'))
      .map(parts => parts.join('/'));
    const write = fc.record({ path, label: fc.option(fc.constantFrom('x', 'y')), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(write), fc.nat(20), (writes, warmAt) => {
        const cache = new ResourceCache([], 0, valueAt);
        const truth = new Map<string, CacheEntry>();
        writes.forEach(({ path, label, remove }, i) => {
          if (i === warmAt) cache.select(labelled('l', 'x')); // from here on there is an index to keep
          const now = remove ? undefined : entry(path, i + 1, label === null ? {} : { l: label });
          cache.apply(path, now, i + 1);
          if (now) truth.set(path, now);
          else truth.delete(path);
        });
        const sorted = [...truth.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
        for (const namespace of ['', 'a', 'b', 'ab']) {
          assert.deepEqual(
            paths(cache.all(namespace)),
            paths(sorted.filter(e => matches({ namespace, exact: new Map() }, e))),
          );
          const filter = labelled('l', 'x', namespace);
          assert.deepEqual(paths(cache.select(filter)), paths(sorted.filter(e => matches(filter, e))));
        }
      }),
    );
  });
});
