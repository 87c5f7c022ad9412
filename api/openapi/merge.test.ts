import assert from 'node:assert/strict';
import { mergeOpenApiV2 } from './merge.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into documents
type Any = any;

describe('one OpenAPI document of several', () => {
  const ref = (name: string): object => ({ $ref: `#/definitions/${name}` });
  const path = (name: string): object => ({ get: { responses: { 200: { schema: ref(name) } } } });
  const own = {
    swagger: '2.0',
    info: { title: 'Kubernetes' },
    paths: { '/api/v1/pods': path('Pod') },
    definitions: { Pod: { type: 'object' }, ObjectMeta: { type: 'object', description: 'ours' } },
  };
  const document = {
    paths: {
      '/apis/moons.example.com/v1/moons': path('Moon'),
      '/apis/moons.example.com/v2/moons': path('NewMoon'),
      '/apis/moons.example.com/v10/moons': path('FarMoon'),
      '/api/v1/pods': path('Evil'),
      '/': path('Evil'),
    },
    definitions: {
      Moon: { type: 'object', properties: { metadata: ref('ObjectMeta'), spec: ref('Spec') } },
      Spec: { type: 'object', properties: { moons: { type: 'array', items: ref('Moon') } } },
      ObjectMeta: { type: 'object', description: 'theirs' },
      Crater: {
        type: 'object',
        'x-kubernetes-group-version-kind': [{ group: 'moons.example.com', version: 'v1', kind: 'Crater' }],
      },
      NewMoon: { type: 'object' },
      Evil: { type: 'object' },
    },
  };
  const merged = (...documents: object[]): Any =>
    mergeOpenApiV2(
      own,
      documents.map(of => ({ group: 'moons.example.com', version: 'v1', document: of })),
    );

  it('has what others say of their versions, and of nothing else', () => {
    const { paths, definitions, info } = merged(document);
    assert.deepEqual(Object.keys(paths), ['/api/v1/pods', '/apis/moons.example.com/v1/moons']);
    assert.deepEqual(paths['/api/v1/pods'], path('Pod'));
    assert.deepEqual(Object.keys(definitions).sort(), ['Crater', 'Moon', 'ObjectMeta', 'ObjectMeta_v2', 'Pod', 'Spec']);
    assert.deepEqual(info, own.info);
  });

  it('gives another name to what is called the same and means something else', () => {
    const { definitions } = merged(document);
    assert.equal(definitions.ObjectMeta.description, 'ours');
    assert.equal(definitions.ObjectMeta_v2.description, 'theirs');
    assert.deepEqual(definitions.Moon.properties.metadata, ref('ObjectMeta_v2'));
    const same = structuredClone(document);
    same.definitions.ObjectMeta = own.definitions.ObjectMeta;
    assert.deepEqual(Object.keys(merged(same).definitions).sort(), ['Crater', 'Moon', 'ObjectMeta', 'Pod', 'Spec']);
  });

  it('says parameters in their places', () => {
    const pretty = { name: 'pretty', in: 'query', type: 'string' };
    const item = { parameters: [{ $ref: '#/parameters/pretty-1' }], ...path('Moon') };
    const { paths } = merged({
      ...document,
      parameters: { 'pretty-1': pretty },
      paths: { '/apis/moons.example.com/v1/moons': item },
    });
    assert.deepEqual(paths['/apis/moons.example.com/v1/moons'].parameters, [pretty]);
  });

  it('leaves the documents as they are, and bears with those that are none', () => {
    const before = structuredClone([own, document]);
    merged(document, {}, { paths: 1, definitions: [] }, { paths: { '/apis/moons.example.com/v1': ref('Nobody') } });
    assert.deepEqual([own, document], before);
    assert.equal(mergeOpenApiV2(own, []), own);
  });
});
