import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalText, clone, deepEqual, fill, getPath, isObject, own, put, semanticEqual, setPath } from './json.js';

describe('JSON values', () => {
  it('law: a clone is equal and apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const copy = clone(value);
        assert.ok(deepEqual(copy, value));
        assert.deepEqual(copy, value);
        if (typeof value === 'object' && value !== null) assert.notEqual(copy, value);
      }),
    );
  });

  it('law: equality is that of the written text, key order apart', () => {
    const sorted = (value: unknown): unknown =>
      JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 1 }), fc.jsonValue({ maxDepth: 1 }), (a, b) => {
        // JSON has no negative zero: both are written 0.
        assert.equal(deepEqual(a, b), sorted(a) === sorted(b));
      }),
    );
  });

  it('knows what a thing has itself from what it inherits', () => {
    assert.equal(own({}, 'constructor'), undefined);
    assert.equal(deepEqual({}, { constructor: undefined }), true);
    assert.equal(deepEqual({ toString: 1 }, {}), false);
    const object: Record<string, unknown> = {};
    put(object, '__proto__', { polluted: true });
    assert.equal(object.polluted, undefined);
    assert.equal((clone(object) as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(Object.keys(clone(object)), ['__proto__']);
  });

  it('counts absent, null and empty as one where Kubernetes does', () => {
    assert.ok(semanticEqual({ a: [], b: { c: null } }, { b: {} }));
    assert.ok(!semanticEqual({ a: [] }, { a: [0] }));
    assert.ok(!semanticEqual({ a: 0 }, {}));
    assert.ok(!semanticEqual({}, { a: 0 }));
    assert.ok(semanticEqual({}, { a: {}, b: null }));
    assert.ok(!semanticEqual({ toString: 1 }, {}));
    assert.ok(!semanticEqual({}, { toString: 1 }));
  });

  it('follows and makes paths', () => {
    const object = { spec: { replicas: 1 } };
    assert.equal(getPath(object, 'spec.replicas'), 1);
    assert.equal(getPath(object, 'spec.replicas.x'), undefined);
    assert.equal(getPath(object, 'spec.constructor'), undefined);
    setPath(object, 'status.replicas', 2);
    assert.deepEqual(object, { spec: { replicas: 1 }, status: { replicas: 2 } });
  });

  it('law: the canonical text is the same for the same JSON, and for no other', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (!isObject(value)) return value;
      const copy: Record<string, unknown> = {};
      for (const key of Object.keys(value).reverse()) put(copy, key, shuffled(value[key]));
      return copy;
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 1 }), (a, b) => {
        assert.equal(canonicalText(shuffled(a)), canonicalText(a));
        assert.equal(canonicalText(a) === canonicalText(b), deepEqual(a, b));
      }),
    );
    assert.equal(canonicalText({ a: undefined, b: 1 }), canonicalText({ b: 1 }));
    assert.notEqual(canonicalText(['1']), canonicalText([1]));
    assert.notEqual(canonicalText([1, 2]), canonicalText([2, 1]));
  });

  it('tells lists apart by length and order, and from objects', () => {
    assert.ok(!deepEqual([1], [1, 2]));
    assert.ok(!deepEqual([1, 2], [2, 1]));
    assert.ok(!deepEqual([], {}));
    assert.ok(!deepEqual({ 0: 1 }, [1]));
    assert.ok(!deepEqual(null, {}));
    assert.ok(!semanticEqual([1], { 0: 1 }));
    assert.ok(!semanticEqual([1, 2], [2, 1]));
    assert.ok(semanticEqual({ a: { b: [{ c: 1, d: null }] } }, { a: { b: [{ c: 1 }] } }));
  });

  it('leaves undefined fields out of copies, and keeps null', () => {
    const copy = clone({ a: undefined, b: null, c: [null] });
    assert.deepEqual(Object.keys(copy), ['b', 'c']);
    assert.deepEqual(copy, { b: null, c: [null] });
  });

  it('fills only what has no value: zero, false and empty are values', () => {
    const object: Record<string, unknown> = { zero: 0, no: false, empty: '', nothing: null };
    for (const key of ['zero', 'no', 'empty', 'nothing', 'absent']) fill(object, key, 'filled');
    assert.deepEqual(object, { zero: 0, no: false, empty: '', nothing: 'filled', absent: 'filled' });
  });

  it('makes paths over what is no object, and through no prototype', () => {
    const object: Record<string, unknown> = { spec: 'text', list: [1] };
    setPath(object, 'spec.a', 1);
    setPath(object, 'list.a', 2);
    setPath(object, '__proto__.polluted', true);
    setPath(object, 'constructor.prototype.polluted', true);
    assert.deepEqual(object.spec, { a: 1 });
    assert.deepEqual(object.list, { a: 2 });
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal(getPath(object, '__proto__.polluted'), true);
    assert.equal(getPath([], 'length'), undefined);
  });
});
