import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pod } from '../../api/types.js';
import { Cache, type Change, keyOf } from './cache.js';
import { isAtLeast } from './revision.js';

const pod = (name: string, rv: number, { uid = name, app = 'x', namespace = 'default' } = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid, resourceVersion: String(rv), labels: { app } },
});
const byApp = { app: (object: Pod): string[] => [object.metadata.labels?.app ?? ''] };
const said = (changes: Change<Pod>[]): string[] =>
  changes.map(({ before, now }) => `${before?.metadata.resourceVersion ?? ''}>${now?.metadata.resourceVersion ?? ''}`);
const names = (pods: Pod[]): string[] => pods.map(p => p.metadata.name ?? '').sort();

describe('Cache', () => {
  it('answers what each event changed', () => {
    const cache = new Cache<Pod>();
    assert.deepEqual(said(cache.apply({ type: 'ADDED', object: pod('a', 1) })), ['>1']);
    assert.deepEqual(said(cache.apply({ type: 'MODIFIED', object: pod('a', 2) })), ['1>2']);
    assert.deepEqual(said(cache.apply({ type: 'MODIFIED', object: pod('a', 2) })), [], 'the same again');
    assert.deepEqual(said(cache.apply({ type: 'BOOKMARK', object: pod('', 9) })), []);
    assert.deepEqual(said(cache.apply({ type: 'DELETED', object: pod('a', 3) })), ['3>'], 'as it was deleted');
    assert.deepEqual(said(cache.apply({ type: 'DELETED', object: pod('a', 3) })), []);
    assert.equal(cache.size, 0);
  });

  it('takes an object that was made again under its name for two', () => {
    const cache = new Cache<Pod>(byApp);
    cache.replace([pod('a', 1, { uid: 'u1', app: 'x' })]);
    assert.deepEqual(said(cache.replace([pod('a', 5, { uid: 'u2', app: 'y' })])), ['1>', '>5']);
    assert.deepEqual(names(cache.byIndex('app', 'x')), []);
    assert.deepEqual(names(cache.byIndex('app', 'y')), ['a']);
  });

  it('replaces the whole: changed, new, and gone', () => {
    const cache = new Cache<Pod>();
    cache.replace([pod('a', 1), pod('b', 2), pod('c', 3)]);
    assert.deepEqual(said(cache.replace([pod('a', 1), pod('b', 7), pod('d', 8)])), ['2>7', '>8', '3>']);
  });

  it('lists a namespace, and indexes what came before the index', () => {
    const cache = new Cache<Pod>();
    cache.replace([pod('a', 1, { namespace: 'n1' }), pod('a', 2, { namespace: 'n2', app: 'y' })]);
    cache.addIndex('app', byApp.app);
    assert.equal(cache.list('n1').length, 1);
    assert.equal(cache.list('absent').length, 0);
    assert.deepEqual(cache.byIndex('app', 'y').map(keyOf), ['n2/a']);
    assert.throws(() => cache.addIndex('app', byApp.app), /already/);
    assert.throws(() => cache.byIndex('other', ''), /there is no index "other"/);
  });

  it('indexes agree with the objects after any events', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('ADDED' as const, 'MODIFIED' as const, 'DELETED' as const),
      app: fc.constantFrom('x', 'y'),
      uid: fc.constantFrom('1', '2'),
    });
    fc.assert(
      fc.property(fc.array(step), steps => {
        const cache = new Cache<Pod>(byApp);
        let rv = 0;
        for (const { name, type, app, uid } of steps) cache.apply({ type, object: pod(name, ++rv, { app, uid }) });
        for (const app of ['x', 'y']) {
          const expected = cache.list().filter(p => p.metadata.labels?.app === app);
          assert.deepEqual(names(cache.byIndex('app', app)), names(expected));
        }
        assert.deepEqual(names(cache.list('default')), names(cache.list()));
      }),
    );
  });
});

describe('resourceVersions', () => {
  const cases: [string, string, boolean][] = [
    ['10', '9', true],
    ['9', '10', false],
    ['10', '10', true],
    ['123456789012345678901', '99999999999999999999', true],
    ['', '1', false],
  ];
  for (const [a, b, expected] of cases) it(`${a} >= ${b}: ${expected}`, () => assert.equal(isAtLeast(a, b), expected));
});
