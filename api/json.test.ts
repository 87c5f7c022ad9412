import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clone, deepEqual, getPath, own, put, semanticEqual, setPath } from './json.js';

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
  });

  it('follows and makes paths', () => {
    const object = { spec: { replicas: 1 } };
    assert.equal(getPath(object, 'spec.replicas'), 1);
    assert.equal(getPath(object, 'spec.replicas.x'), undefined);
    assert.equal(getPath(object, 'spec.constructor'), undefined);
    setPath(object, 'status.replicas', 2);
    assert.deepEqual(object, { spec: { replicas: 1 }, status: { replicas: 2 } });
  });
});
