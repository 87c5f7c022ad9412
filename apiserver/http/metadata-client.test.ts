/** What client-go's metadata client sends (garbage collectors, namespace controllers, kubebuilder's projections), to the letter. */
import assert from 'node:assert/strict';
import protobuf from 'protobufjs/minimal.js';
import { builtinKinds } from '../../api/kinds/index.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { decodeProtobuf } from './protobuf/decode.js';

const type = 'application/vnd.kubernetes.protobuf';
const shape = (kind: string): string => `as=${kind};g=meta.k8s.io;v=v1`;
const accepts = (kind: string): Record<string, string> => ({
  accept: `${type};${shape(kind)},application/json;${shape(kind)},application/json`,
});
const partial = accepts('PartialObjectMetadata');
/** Where it does not say a shape. */
const usual = { accept: `${type},application/json` };
const path = '/api/v1/namespaces/default/configmaps';

describe('a metadata client', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const create = (name: string, more: object = {}) =>
    api.must(201, `POST ${path}`, { metadata: { name, labels: { app: name }, ...more }, data: { k: 'the value' } });
  /** A PartialObjectMetadata has its metadata where a ConfigMap has it, and nothing else. */
  const opened = (body: Buffer) => {
    const text = body.toString('latin1');
    assert.match(text, /^k8s\0.{0,10}meta\.k8s\.io\/v1.{0,3}PartialObjectMetadata/s);
    const like = Buffer.from(text.replace(/^.*?PartialObjectMetadata/s, ''), 'latin1');
    const message = protobuf.Reader.create(like);
    assert.equal(message.uint32(), (2 << 3) | 2);
    const raw = message.bytes();
    const kind = protobuf.Writer.create().uint32(10).string('v1').uint32(18).string('ConfigMap').finish();
    const envelope = protobuf.Writer.create().uint32(10).bytes(kind).uint32(18).bytes(raw).finish();
    const bytes = Buffer.concat([Buffer.from('k8s\0'), envelope]);
    return decodeProtobuf(bytes, builtinKinds, protobuf.Reader.create).value;
  };

  it('gets metadata, and of lists and watches too', async () => {
    const made = await create('a');
    const { body } = await api.bytes(`GET ${path}/a`, partial);
    assert.deepEqual(opened(body), { apiVersion: 'v1', kind: 'ConfigMap', metadata: made.metadata });
    const list = await api.bytes(`GET ${path}`, accepts('PartialObjectMetadataList'));
    assert.match(list.body.toString('latin1'), /PartialObjectMetadataList/);
    assert.equal(list.body.includes('the value'), false);
    const watch = await api.watch(`${path}?watch=true&resourceVersion=0`, partial);
    await settled();
    assert.match(Buffer.concat(watch.chunks).toString('latin1'), /ADDED.*PartialObjectMetadata/s);
  });

  it('patches, and is answered metadata', async () => {
    await create('a');
    const patches: [string, unknown][] = [
      ['application/merge-patch+json', { metadata: { labels: { b: 'c' } } }],
      ['application/strategic-merge-patch+json', { metadata: { labels: { b: 'd' } } }],
      ['application/json-patch+json', [{ op: 'replace', path: '/metadata/labels/b', value: 'e' }]],
      [
        'application/apply-patch+yaml',
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { f: 'g' } } },
      ],
    ];
    for (const [contentType, patch] of patches) {
      const line = `PATCH ${path}/a${contentType.includes('apply') ? '?fieldManager=m' : ''}`;
      const { code, body } = await api.bytes(line, { ...partial, 'content-type': contentType }, patch);
      assert.equal(code, 200, body.toString());
      const { data, metadata } = opened(body) as { data?: object; metadata: object };
      assert.equal(data, undefined);
      assert.deepEqual(metadata, (await api.must(200, `GET ${path}/a`)).metadata);
    }
    const { metadata, data } = await api.must(200, `GET ${path}/a`);
    assert.deepEqual([metadata.labels, data], [{ app: 'a', b: 'e', f: 'g' }, { k: 'the value' }]);
  });

  const json = { ...usual, 'content-type': 'application/json' };

  it('deletes, with its options in any version that Kubernetes has them in', async () => {
    for (const apiVersion of ['v1', 'meta.k8s.io/v1']) {
      const { metadata } = await create('a', { finalizers: ['example.com/wait'] });
      const options = { kind: 'DeleteOptions', apiVersion, propagationPolicy: 'Background' };
      const other = { ...options, preconditions: { uid: 'other' } };
      assert.equal((await api.bytes(`DELETE ${path}/a`, json, other)).code, 409);
      const found = await api.bytes(`DELETE ${path}/a`, json, { ...options, preconditions: { uid: metadata.uid } });
      assert.equal(found.code, 200);
      assert.match(found.body.toString('latin1'), /^k8s\0/, 'the object, which waits');
      const free = { metadata: { finalizers: null } };
      const patched = await api.bytes(
        `PATCH ${path}/a`,
        { ...partial, 'content-type': 'application/merge-patch+json' },
        free,
      );
      assert.equal(patched.code, 200);
      await api.must(404, `GET ${path}/a`);
    }
  });

  it('deletes what a selector selects', async () => {
    for (const name of ['a', 'b']) await create(name);
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
    const { code } = await api.bytes(`DELETE ${path}?labelSelector=app%3Da`, json, options);
    assert.equal(code, 200);
    await settled();
    const left = await api.must(200, `GET ${path}`);
    assert.deepEqual(
      left.items.map((item: { metadata: { name: string; finalizers?: string[] } }) => [
        item.metadata.name,
        item.metadata.finalizers,
      ]),
      [
        ['a', ['foregroundDeletion']],
        ['b', undefined],
      ],
    );
  });

  it('cannot create or replace: metadata alone is no object', async () => {
    await create('a');
    const body = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } };
    for (const line of [`POST ${path}`, `PUT ${path}/a`]) {
      const { code, message } = await api.must(400, line, body);
      assert.equal(code, 400);
      assert.match(message, /does not match the expected API version \(v1\)/);
    }
    assert.deepEqual((await api.must(200, `GET ${path}/a`)).data, { k: 'the value' });
  });
});
