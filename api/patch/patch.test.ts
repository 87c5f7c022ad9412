import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPatch as oracle } from 'rfc6902';
import { StatusError } from '../status.js';
import { applyPatch, createThreeWayPatch, createTwoWayPatch, type MergeSchema, patchTypes } from './index.js';

/** A small type with each way of merging: free maps, a list merged by name, a set of strings, a replaced list. */
function type(strategies: string[], fields: Record<string, MergeSchema>, more: Partial<MergeSchema> = {}): MergeSchema {
  return { strategies, property: name => fields[name], ...more };
}
const scalar = type([], {});
const port = type([], { port: scalar, name: scalar });
const container = type([], {
  name: scalar,
  image: scalar,
  args: type([], {}, { element: scalar }),
  ports: type(['merge'], {}, { mergeKey: 'port', element: port }),
});
const volume = type([], { name: scalar, a: scalar, b: scalar });
const pod = type([], {
  replicas: scalar,
  labels: type([], {}, { element: scalar }),
  finalizers: type(['merge'], {}, { element: scalar }),
  containers: type(['merge'], {}, { mergeKey: 'name', element: container }),
  volumes: type(['merge', 'retainKeys'], {}, { mergeKey: 'name', element: { ...volume, strategies: ['retainKeys'] } }),
});

const strategic = (original: unknown, patch: unknown): unknown =>
  applyPatch(patchTypes.strategic, original, patch, pod);
const web = { name: 'web', image: 'a:1' };
const log = { name: 'log', image: 'l:1' };

const table: { says: string; original: unknown; patch: unknown; result: unknown }[] = [
  {
    says: 'merges maps and deletes by null',
    original: { labels: { a: '1', b: '2' } },
    patch: { labels: { b: null, c: '3' } },
    result: { labels: { a: '1', c: '3' } },
  },
  {
    says: 'merges a list by its key',
    original: { containers: [web, log] },
    patch: { containers: [{ name: 'log', image: 'l:2' }] },
    result: { containers: [web, { name: 'log', image: 'l:2' }] },
  },
  {
    says: 'puts an item with a new key first',
    original: { containers: [web] },
    patch: { containers: [log] },
    result: { containers: [log, web] },
  },
  {
    says: 'deletes an item by $patch',
    original: { containers: [web, log] },
    patch: { containers: [{ name: 'web', $patch: 'delete' }] },
    result: { containers: [log] },
  },
  {
    says: 'replaces a list by $patch',
    original: { containers: [web, log] },
    patch: { containers: [{ $patch: 'replace' }, { name: 'new' }] },
    result: { containers: [{ name: 'new' }] },
  },
  {
    says: 'replaces a map by $patch',
    original: { labels: { a: '1' } },
    patch: { labels: { $patch: 'replace', b: '2' } },
    result: { labels: { b: '2' } },
  },
  {
    says: 'replaces lists that are not merged',
    original: { containers: [{ ...web, args: ['a', 'b'] }] },
    patch: { containers: [{ name: 'web', args: ['c'] }] },
    result: { containers: [{ ...web, args: ['c'] }] },
  },
  {
    says: 'unites sets of primitives',
    original: { finalizers: ['a', 'b'] },
    patch: { finalizers: ['b', 'c'] },
    result: { finalizers: ['a', 'b', 'c'] },
  },
  {
    says: 'takes out of a set of primitives',
    original: { finalizers: ['a', 'b'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['a'] },
    result: { finalizers: ['b'] },
  },
  {
    says: 'orders a list as told',
    original: { containers: [web, log] },
    patch: { '$setElementOrder/containers': [{ name: 'log' }, { name: 'web' }] },
    result: { containers: [log, web] },
  },
  {
    says: 'keeps only the keys that $retainKeys names',
    original: { volumes: [{ name: 'v', a: 1 }] },
    patch: { volumes: [{ name: 'v', b: 2, $retainKeys: ['name', 'b'] }] },
    result: { volumes: [{ name: 'v', b: 2 }] },
  },
];

describe('strategic merge patch', () => {
  for (const { says, original, patch, result } of table) {
    it(says, () => {
      const before = structuredClone(original);
      assert.deepEqual(strategic(original, patch), result);
      assert.deepEqual(original, before, 'the original is not changed');
    });
  }

  it('refuses an item without the merge key, and a directive it does not know', () => {
    assert.throws(() => strategic({}, { containers: [{ image: 'x' }] }), /does not contain declared merge key: name/);
    assert.throws(() => strategic({}, { labels: { $patch: 'explode' } }), StatusError);
  });
});

describe('three-way patches (kubectl apply)', () => {
  const apply = (last: unknown, now: unknown, live: unknown): unknown =>
    strategic(live, createThreeWayPatch(last, now, live, pod));

  it('leave alone what others set, and take away what the manifest no longer says', () => {
    const last = { labels: { mine: '1', gone: '1' }, containers: [web, log] };
    const now = { labels: { mine: '2' }, containers: [web] };
    const live = {
      labels: { mine: '1', gone: '1', theirs: '1' },
      replicas: 5,
      containers: [web, log, { name: 'injected' }],
    };
    assert.deepEqual(apply(last, now, live), {
      labels: { mine: '2', theirs: '1' },
      replicas: 5,
      containers: [web, { name: 'injected' }],
    });
  });

  it('are empty when nothing changed', () => {
    const same = { labels: { a: '1' }, containers: [web] };
    assert.deepEqual(createThreeWayPatch(same, same, { ...same, replicas: 1 }, pod), {});
  });

  it('replace whole lists where there is no schema (custom resources)', () => {
    const patch = createThreeWayPatch({ list: [1], old: true }, { list: [2] }, { list: [1], old: true, other: 1 });
    assert.deepEqual(applyPatch(patchTypes.merge, { list: [1], old: true, other: 1 }, patch), { list: [2], other: 1 });
  });
});

describe('the law of two-way patches: applied to the one, they yield the other', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const containers = fc.uniqueArray(
    fc.record(
      {
        name,
        image: fc.string(),
        args: fc.array(fc.string(), { maxLength: 3 }),
        ports: fc.uniqueArray(fc.record({ port: fc.nat(5), name: fc.string() }, { noNullPrototype: true }), {
          selector: p => p.port,
          maxLength: 3,
        }),
      },
      { noNullPrototype: true },
    ),
    { selector: c => c.name },
  );
  const object = fc.record(
    {
      replicas: fc.nat(),
      labels: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
      containers,
      finalizers: fc.uniqueArray(name),
      volumes: fc.uniqueArray(
        fc.record({ name, a: fc.nat(), b: fc.nat() }, { requiredKeys: ['name'], noNullPrototype: true }),
        {
          selector: v => v.name,
        },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  it('holds for strategic patches', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        assert.deepEqual(strategic(from, createTwoWayPatch(from, to, pod)), to);
      }),
    );
  });
  it('holds for merge patches', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        assert.deepEqual(applyPatch(patchTypes.merge, from, createTwoWayPatch(from, to)), to);
      }),
    );
  });
});

describe('JSON patch', () => {
  it('finds null where nothing is, and what an object inherits is nothing', () => {
    const original = { map: { a: 1 } };
    for (const path of ['/map/b', '/map/toString', '/none/at/all']) {
      assert.deepEqual(applyPatch(patchTypes.json, original, [{ op: 'test', path, value: null }]), original);
    }
    assert.throws(() => applyPatch(patchTypes.json, original, [{ op: 'test', path: '/map/a', value: null }]));
  });

  it('applies its operations, or none of them', () => {
    const original = { a: [1, 2] };
    assert.deepEqual(applyPatch(patchTypes.json, original, [{ op: 'add', path: '/a/-', value: 3 }]), { a: [1, 2, 3] });
    assert.throws(
      () =>
        applyPatch(patchTypes.json, original, [
          { op: 'remove', path: '/a' },
          { op: 'test', path: '/b', value: 1 },
        ]),
      StatusError,
    );
    assert.deepEqual(original, { a: [1, 2] });
  });
  it('refuses what could harm the server', () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }));
    assert.throws(() => applyPatch(patchTypes.json, {}, many), { code: 413 });
    assert.throws(() => applyPatch(patchTypes.json, {}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]), {
      code: 400,
    });
    assert.throws(() => applyPatch(patchTypes.json, {}, [{ op: 'dance', path: '/a' }]), { code: 400 });
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});

describe('a JSON patch', () => {
  const apply = (original: unknown, ...operations: object[]): unknown =>
    applyPatch(patchTypes.json, original as object, operations);

  it('goes through fields that are called as JavaScript calls its own', () => {
    const patched = apply(
      { constructor: { prototype: 1 } },
      { op: 'replace', path: '/constructor/prototype', value: 2 },
      { op: 'add', path: '/prototype', value: { constructor: 'c' } },
      { op: 'copy', from: '/prototype/constructor', path: '/toString' },
      { op: 'test', path: '/toString', value: 'c' },
    );
    assert.equal(
      JSON.stringify(patched),
      '{"constructor":{"prototype":2},"prototype":{"constructor":"c"},"toString":"c"}',
    );
    assert.throws(() => apply({}, { op: 'add', path: '/constructor/prototype/polluted', value: 1 }), /missing path/);
    assert.throws(() => apply({}, { op: 'replace', path: '/constructor/name', value: 1 }), /missing path/);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('keeps documents whole', () => {
    assert.deepEqual(apply({ a: 1 }, { op: 'replace', path: '', value: { b: 2 } }), { b: 2 });
    assert.throws(() => apply({ a: 1 }, { op: 'remove', path: '' }), /cannot be removed/);
    assert.throws(() => apply({ a: {} }, { op: 'move', from: '/a', path: '/a/b' }), /cannot move into itself/);
    assert.deepEqual(apply({ a: [1, 2, 3] }, { op: 'move', from: '/a/0', path: '/a/2' }), { a: [2, 3, 1] });
    assert.throws(() => apply({ a: [1, 2, 3] }, { op: 'move', from: '/a/0', path: '/a/3' }), /missing path/);
    const value = { shared: [1] };
    const patched = apply({}, { op: 'add', path: '/a', value }, { op: 'add', path: '/a/shared/-', value: 2 });
    assert.deepEqual([patched, value], [{ a: { shared: [1, 2] } }, { shared: [1] }]);
  });

  it('law: does what the library rfc6902 does, where that does anything', () => {
    const key = fc.constantFrom('a', 'b', 'a~1b', '0', '1', '-');
    const pointer = fc.array(key, { minLength: 1, maxLength: 3 }).map(keys => `/${keys.join('/')}`);
    const value: fc.Arbitrary<unknown> = fc.oneof(fc.integer(), fc.constant({ a: [1, { b: 2 }] }), fc.constant(['x']));
    const operation = fc.oneof(
      fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value }),
      fc.record({ op: fc.constantFrom('move', 'copy'), path: pointer, from: pointer }),
      fc.record({ op: fc.constant('remove'), path: pointer }),
    );
    const original = { a: { a: [1, 2], b: { a: 'x' } }, b: [{ a: 1 }, ['y'], 'z'], 'a/b': 0 };
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), operations => {
        let mine: unknown;
        try {
          mine = apply(original, ...operations);
        } catch {
          return;
        }
        const theirs = structuredClone(original);
        const failures = oracle(theirs, structuredClone(operations) as Parameters<typeof oracle>[1]);
        assert.deepEqual(failures.filter(Boolean), []);
        assert.deepEqual(mine, theirs);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a JSON patch names', () => {
  const original = { list: ['a', 'b'], map: { x: 1 }, text: 'words' };
  const missing: object[] = [
    { op: 'add', path: '/nope/x', value: 1 },
    { op: 'add', path: '/list/3', value: 1 },
    { op: 'add', path: '/list/-1', value: 1 },
    { op: 'add', path: '/list/01', value: 1 },
    { op: 'add', path: '/text/0', value: 1 },
    { op: 'add', path: '/map/toString/call', value: 1 },
    { op: 'replace', path: '/list/length', value: 4294967295 },
    { op: 'replace', path: '/list/-', value: 1 },
    { op: 'replace', path: '/list/2', value: 1 },
    { op: 'replace', path: '/map/hasOwnProperty', value: 1 },
    { op: 'remove', path: '/map/y' },
    { op: 'remove', path: '/list/2' },
    { op: 'copy', from: '/map/valueOf', path: '/map/y' },
    { op: 'copy', from: '/text/length', path: '/map/y' },
    { op: 'move', from: '/list/push', path: '/map/y' },
    { op: 'copy', from: '/map/x', path: '/nope/y' },
  ];
  for (const operation of missing) {
    it(`must be there: ${JSON.stringify(operation)}`, () => {
      assert.throws(() => applyPatch(patchTypes.json, original, [operation]), {
        code: 422,
        message: /operation does not apply: doc is missing path/,
      });
    });
  }

  it('may be called like what JavaScript’s objects inherit', () => {
    const patched = applyPatch(patchTypes.json, original, [
      { op: 'add', path: '/map/toString', value: 1 },
      { op: 'copy', from: '/map/toString', path: '/map/a~1b~0c' },
      { op: 'add', path: '/list/-', value: 'c' },
      { op: 'test', path: '/list', value: ['a', 'b', 'c'] },
    ]);
    assert.deepEqual(patched, { ...original, list: ['a', 'b', 'c'], map: { x: 1, toString: 1, 'a/b~c': 1 } });
  });

  it('may be copied, but not until it fills the memory', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/map', path: `/map/${i}` }));
    assert.throws(() => applyPatch(patchTypes.json, original, doubling), { code: 413 });
  });
});

describe('a strategic merge of long lists', () => {
  it('takes a time that grows with their length, not with its square', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => i);
    const items = (name: string) => ids.map(id => ({ port: id, name }));
    const order = [...ids].reverse();
    const patch = { ports: items('new'), '$setElementOrder/ports': order.map(id => ({ port: id })) };
    const merged = applyPatch(patchTypes.strategic, { ports: items('old') }, patch, container);
    assert.deepEqual(merged, { ports: items('new').reverse() });
  });
});

describe('a media type that is no patch', () => {
  it('is refused with those that are', () => {
    assert.throws(() => applyPatch('text/plain', {}, {}), { code: 415 });
    assert.throws(() => applyPatch(patchTypes.strategic, {}, {}), { code: 415 }, 'no schema, no strategic merge');
  });
});
