import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findKind } from '../kinds/index.js';
import type { KindRow } from '../kinds/row.js';
import { applyPatch, createThreeWayPatch, createTwoWayPatch, patchTypes } from '../patch/index.js';
import { mergeSchemaOf } from './merge.js';

const pods = findKind({ group: '', kind: 'Pod' }) as KindRow;
const schema = mergeSchemaOf(pods);

const word = fc.constantFrom('a', 'b', 'c', 'd');
const keyed = <T extends Record<string, fc.Arbitrary<unknown>>>(key: keyof T & string, fields: T) =>
  fc.uniqueArray(fc.record(fields), { selector: item => (item as Record<string, unknown>)[key], maxLength: 3 });

const container = {
  name: word,
  image: word,
  command: fc.array(word, { maxLength: 2 }),
  env: keyed('name', { name: word, value: word }),
  volumeMounts: keyed('mountPath', { mountPath: word, name: word }),
  resources: fc.record({ limits: fc.dictionary(word, fc.constant('1'), { maxKeys: 2 }) }),
};
const volume = fc.oneof(
  fc.record({ name: word, emptyDir: fc.record({ medium: word }) }),
  fc.record({ name: word, configMap: fc.record({ name: word }) }),
);
/** Plain objects, as JSON.parse makes them: fast-check's own may lack a prototype. */
const pod = fc
  .record({
    metadata: fc.record({ labels: fc.dictionary(word, word, { maxKeys: 3 }), finalizers: fc.uniqueArray(word) }),
    spec: fc.record({
      containers: keyed('name', container),
      volumes: fc.uniqueArray(volume, { selector: ({ name }) => name, maxLength: 3 }),
      tolerations: fc.array(fc.record({ key: word }), { maxLength: 2 }),
    }),
  })
  .map(made => JSON.parse(JSON.stringify(made)) as unknown);

describe("patches of pods by Kubernetes' schema", () => {
  it('law: what a two-way patch says, applied, is the target', () => {
    fc.assert(
      fc.property(pod, pod, (one, other) => {
        const patch = createTwoWayPatch(one, other, schema);
        assert.deepEqual(applyPatch(patchTypes.strategic, one, patch, schema), other);
      }),
    );
  });

  it('law: applying a manifest again changes nothing', () => {
    fc.assert(
      fc.property(pod, one => {
        const patch = createThreeWayPatch(one, one, one, schema);
        assert.deepEqual(applyPatch(patchTypes.strategic, one, patch, schema), one);
      }),
    );
  });

  it('changes the image of one container and leaves what others added', () => {
    const manifest = (image: string) => ({ spec: { containers: [{ name: 'a', image }] } });
    const current = {
      spec: { nodeName: 'n', containers: [{ name: 'a', image: '1', imagePullPolicy: 'Always' }, { name: 'injected' }] },
    };
    const patch = createThreeWayPatch(manifest('1'), manifest('2'), current, schema);
    assert.deepEqual(applyPatch(patchTypes.strategic, current, patch, schema), {
      spec: { nodeName: 'n', containers: [{ name: 'a', image: '2', imagePullPolicy: 'Always' }, { name: 'injected' }] },
    });
  });
});
