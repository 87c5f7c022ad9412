import assert from 'node:assert/strict';
import { builtinKinds } from '../kinds/index.js';
import type { KindRow } from '../kinds/row.js';
import type { JsonSchema } from '../structural/schema.js';
import type { Schema } from './definitions.js';
import { Document } from './gnostic.js';
import { openApiV2, openApiV2Protobuf, openApiV3 } from './index.js';

interface Operation {
  operationId: string;
  'x-kubernetes-action': string;
  'x-kubernetes-group-version-kind': { group: string; version: string; kind: string };
  parameters: { name: string; in: string }[];
}
type Paths = Record<string, Record<string, Operation>>;
interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

interface V2 {
  paths: Paths;
  definitions: Record<string, Schema & { properties: Record<string, Schema> }>;
}
interface V3 {
  paths: Paths;
  components: { schemas: Record<string, Schema & { properties: Record<string, Schema> }> };
}

const v2 = openApiV2(builtinKinds) as V2;
const v3 = openApiV3('', 'v1', builtinKinds) as V3;
const pod = 'io.k8s.api.core.v1.Pod';

/** Every $ref of a document. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    // The schemas of custom resources have a field of that name.
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

const operations = (paths: Paths): Operation[] => Object.values(paths).flatMap(item => Object.values(item));

describe('OpenAPI documents', () => {
  it('refer to nothing that is not there', () => {
    for (const ref of new Set(references(v2))) {
      assert.ok(v2.definitions[ref.replace('#/definitions/', '')], ref);
    }
    for (const row of builtinKinds) {
      const document = openApiV3(row.group, row.version, builtinKinds) as V3;
      for (const ref of new Set(references(document))) {
        assert.ok(document.components.schemas[ref.replace('#/components/schemas/', '')], ref);
      }
    }
  });

  it('say of every kind which definition is its own', () => {
    for (const { group, version, kind } of builtinKinds) {
      const owners = Object.values(v2.definitions).filter(definition =>
        (definition['x-kubernetes-group-version-kind'] as GroupVersionKind[] | undefined)?.some(
          of => of.kind === kind && of.group === group && of.version === version,
        ),
      );
      assert.equal(owners.length, 1, `${group}/${version} ${kind}`);
    }
  });

  it('describe fields and how they are merged', () => {
    const spec = v2.definitions['io.k8s.api.core.v1.PodSpec'];
    const { description, ...containers } = spec?.properties.containers ?? {};
    assert.match(String(description), /containers/i);
    assert.deepEqual(containers, {
      type: 'array',
      items: { $ref: '#/definitions/io.k8s.api.core.v1.Container' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    assert.equal(spec?.properties.nodeSelector?.['x-kubernetes-map-type'], 'atomic');
    assert.deepEqual(spec?.required, ['containers']);
    const limits = v3.components.schemas['io.k8s.api.core.v1.ResourceRequirements']?.properties.limits;
    assert.deepEqual(limits?.additionalProperties, {
      $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity',
    });
  });

  it('describe every field', () => {
    const silent = Object.entries(v3.components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, property]) => !property.description)
        .map(([field]) => `${name}.${field}`),
    );
    assert.deepEqual(silent, []);
    assert.deepEqual(v3.components.schemas['io.k8s.api.core.v1.ReplicationControllerSpec']?.properties.template, {
      description: 'PodTemplateSpec describes the data a pod should have when created from a template',
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec' }],
    });
  });

  it('have the operations by which kubectl decides what a server can', () => {
    for (const { paths } of [v2, v3]) {
      const patch = paths['/api/v1/namespaces/{namespace}/pods/{name}']?.patch;
      assert.equal(patch?.['x-kubernetes-action'], 'patch');
      assert.deepEqual(patch?.['x-kubernetes-group-version-kind'], { group: '', version: 'v1', kind: 'Pod' });
      const names = patch?.parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name) ?? [];
      assert.ok(names.includes('dryRun') && names.includes('fieldValidation'), String(names));
      assert.equal(paths['/api/v1/pods']?.get?.['x-kubernetes-action'], 'list');
      assert.equal(paths['/api/v1/pods']?.post, undefined);
      assert.equal(paths['/api/v1/nodes/{name}']?.get?.operationId, 'readCoreV1Node');
    }
    assert.deepEqual(
      v2.paths['/api/v1/namespaces/{namespace}/replicationcontrollers/{name}/scale']?.put?.[
        'x-kubernetes-group-version-kind'
      ],
      { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    );
  });

  it('give each operation a name of its own', () => {
    const ids = operations(v2.paths).map(operation => operation.operationId);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) < index),
      [],
    );
  });

  it('hold one version only, in OpenAPI 3', () => {
    const rbac = openApiV3('rbac.authorization.k8s.io', 'v1', builtinKinds) as V3;
    assert.ok(rbac.components.schemas['io.k8s.api.rbac.v1.Role']);
    assert.equal(rbac.components.schemas[pod], undefined);
    assert.ok(Object.keys(rbac.paths).every(path => path.startsWith('/apis/rbac.authorization.k8s.io/v1/')));
  });

  describe('of a custom resource', () => {
    const shownBy = (structural: JsonSchema): Schema => {
      const row = { ...(builtinKinds[0] as KindRow), group: 'g.example', version: 'v1', kind: 'Gear', model: 'Gear' };
      const { definitions } = openApiV2([{ ...row, structural }]) as V2;
      const { 'x-kubernetes-group-version-kind': owner, ...shown } = definitions.Gear as Schema;
      assert.deepEqual(owner, [{ group: 'g.example', version: 'v1', kind: 'Gear' }]);
      return shown;
    };

    it('have what every object has beside what its schema says', () => {
      const { properties } = shownBy({ type: 'object', properties: { teeth: { type: 'integer' } } });
      const shown = properties as Record<string, Schema>;
      assert.deepEqual(Object.keys(shown).sort(), ['apiVersion', 'kind', 'metadata', 'teeth']);
      assert.match(String(shown.metadata?.description), /^Standard object's metadata\. More info: https:/);
      assert.equal(shown.metadata?.$ref, '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
    });

    it('name no field of one that keeps what is unknown: old clients would forbid all others', () => {
      const keeps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      assert.deepEqual(shownBy(keeps), { type: 'object' });
      assert.deepEqual(shownBy({ ...keeps, properties: { teeth: { type: 'integer' } } }), { type: 'object' });
    });
  });

  it('travel as protobuf', () => {
    interface Named<T> {
      name: string;
      value: T;
    }
    interface Message {
      swagger: string;
      definitions: {
        additionalProperties: Named<{
          required: string[];
          properties: { additionalProperties: Named<{ ref?: string }>[] };
          vendorExtension: Named<{ yaml: string }>[];
        }>[];
      };
      paths: { path: Named<{ patch?: { operationId: string } }>[] };
    }
    const message = Document.toObject(Document.decode(openApiV2Protobuf(v2))) as Message;
    assert.equal(message.swagger, '2.0');
    assert.equal(message.definitions.additionalProperties.length, Object.keys(v2.definitions).length);
    const found = message.definitions.additionalProperties.find(({ name }) => name === pod)?.value;
    const spec = found?.properties.additionalProperties.find(({ name }) => name === 'spec')?.value;
    assert.equal(spec?.ref, '#/definitions/io.k8s.api.core.v1.PodSpec');
    assert.equal(found?.vendorExtension[0]?.value.yaml, '[{"group":"","version":"v1","kind":"Pod"}]');
    const path = message.paths.path.find(({ name }) => name === '/api/v1/namespaces/{namespace}/pods/{name}');
    assert.equal(path?.value.patch?.operationId, 'patchCoreV1NamespacedPod');
  });
});
