import assert from 'node:assert/strict';
import type { ObjectMeta } from '../types.js';
import { generatedName } from './names.js';
import { validateMeta, validateMetaUpdate } from './validate.js';

const row = { nameRule: 'dns1123Subdomain', namespaced: true } as const;
const object = (metadata: ObjectMeta) => ({ apiVersion: 'v1', kind: 'Pod', metadata });
const said = (metadata: ObjectMeta): string[] =>
  validateMeta(row, object({ name: 'web', namespace: 'default', ...metadata })).map(e => `${e.field}: ${e.message}`);

describe('metadata', () => {
  it('accepts what is good', () => {
    const good: ObjectMeta = {
      labels: { app: 'web', 'example.com/tier': '' },
      annotations: { 'example.com/Note': 'anything: at all' },
      finalizers: ['foregroundDeletion', 'example.com/hold'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u', controller: true }],
    };
    assert.deepEqual(said(good), []);
  });

  const bad: [string, ObjectMeta, RegExp][] = [
    ['no name', { name: '' }, /^metadata\.name: Required value: name or generateName is required$/],
    ['a bad name', { name: 'Web' }, /^metadata\.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must/],
    ['a bad prefix', { generateName: '-x-' }, /^metadata\.generateName: Invalid value: "-x-"/],
    ['no namespace', { namespace: '' }, /^metadata\.namespace: Required value$/],
    ['a label key', { labels: { 'a b': 'x' } }, /^metadata\.labels: Invalid value: "a b": name part must consist/],
    ['a label value', { labels: { a: '-' } }, /^metadata\.labels: Invalid value: "-": a valid label must/],
    [
      'two slashes',
      { labels: { 'a/b/c': '' } },
      /a qualified name must consist .* with an optional DNS subdomain prefix/,
    ],
    [
      'annotations over 256 KiB',
      { annotations: { a: 'x'.repeat(256 * 1024) } },
      /^metadata\.annotations: Too long: may not be more than 262144 bytes$/,
    ],
    [
      'a finalizer without a domain',
      { finalizers: ['mine'] },
      /^metadata\.finalizers\[0\]: .* name is neither a standard/,
    ],
    [
      'an owner without uid',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: '' }] },
      /^metadata\.ownerReferences\.uid: Invalid value: "": uid must not be empty$/,
    ],
    [
      'two controllers',
      {
        ownerReferences: ['a', 'b'].map(name => ({ apiVersion: 'v1', kind: 'R', name, uid: name, controller: true })),
      },
      /Only one reference can have Controller set to true\. Found "true" in references for R\/a and R\/b$/,
    ],
  ];
  for (const [what, metadata, message] of bad) {
    it(`refuses ${what}`, () => {
      const messages = said(metadata);
      assert.equal(messages.length, 1, messages.join('\n'));
      assert.match(messages[0] as string, message);
    });
  }

  it('refuses a namespace where there is none', () => {
    const errors = validateMeta({ ...row, namespaced: false }, object({ name: 'n', namespace: 'x' }));
    assert.deepEqual(errors, [
      { type: 'FieldValueForbidden', field: 'metadata.namespace', message: 'Forbidden: not allowed on this type' },
    ]);
  });

  it('keeps identity, and takes no new finalizers on the way out', () => {
    const old = object({ name: 'a', uid: '1', finalizers: ['x/y'], deletionTimestamp: '2026-01-01T00:00:00Z' });
    const now = object({ ...old.metadata, uid: '2', finalizers: ['x/y', 'x/z'] });
    assert.deepEqual(
      validateMetaUpdate(now, old).map(e => `${e.field}: ${e.message}`),
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x/z"}',
        'metadata.uid: Invalid value: "2": field is immutable',
      ],
    );
    assert.deepEqual(validateMetaUpdate(object({ ...old.metadata, finalizers: [] }), old), []);
  });

  it('cuts generated names to 63 characters', () => {
    assert.equal(generatedName('web-', 'abcde'), 'web-abcde');
    assert.equal(generatedName('x'.repeat(100), 'abcde').length, 63);
  });
});
