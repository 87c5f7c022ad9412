import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnyObject } from '../../api/types.js';
import { atRevision, encodeStored, withRevision } from './encoded.js';
import { CacheEntry } from './entry.js';

const pod: AnyObject = {
  spec: { metadata: { name: 'decoy' } },
  metadata: { resourceVersion: '1', name: 'web', labels: { 'a"b': '"metadata":{"' } },
  kind: 'Pod',
  apiVersion: 'v1',
};

describe('encoded objects', () => {
  it('are stored without a version, the header first', () => {
    const text = encodeStored(pod).toString();
    assert.ok(text.startsWith('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"'));
    assert.equal(text.includes('resourceVersion'), false);
  });

  it('get the revision that wrote them by a splice', () => {
    const shown = JSON.parse(withRevision(encodeStored(pod), 42).toString());
    assert.deepEqual(shown, { ...pod, metadata: { ...pod.metadata, resourceVersion: '42' } });
  });

  const layouts: [string, string][] = [
    ['apiVersion first', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"a":1}'],
    ['metadata last', '{"a":1,"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"}}'],
    ['a decoy before', '{"spec":{"metadata":{"name":"x"}},"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"}}'],
    ['white space', '{ "kind": "Pod", "apiVersion": "v1", "metadata": { "name": "web" } }'],
  ];
  for (const [what, stored] of layouts) {
    it(`get it whoever wrote them: ${what}`, () => {
      const shown = JSON.parse(withRevision(Buffer.from(stored), 7).toString());
      assert.equal(shown.metadata.resourceVersion, '7');
      assert.equal(shown.metadata.name, 'web');
    });
  }

  it('are what they were, for any object', () => {
    const field = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(field, fc.nat(), fc.nat(), (spec, first, second) => {
        const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' }, spec };
        const stored = encodeStored(object);
        const shown = atRevision(withRevision(stored, first), second);
        const metadata = { resourceVersion: String(second), name: 'web' };
        assert.deepEqual(JSON.parse(shown.toString()), JSON.parse(JSON.stringify({ ...object, metadata })));
      }),
    );
  });

  it('keep what the writer handed over apart from what it keeps itself', () => {
    const mine: AnyObject = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' } };
    const entry = new CacheEntry('default/web', withRevision(encodeStored(mine), 3), 3, mine);
    assert.equal(entry.object.metadata.resourceVersion, '3');
    assert.equal(mine.metadata.resourceVersion, undefined);
    assert.deepEqual(entry.decode(), entry.object);
  });
});
