import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { findKind } from '../kinds/index.js';
import type { KindRow } from '../kinds/row.js';
import { subresourceTypes } from '../kinds/subresources.js';
import { StatusError } from '../status.js';
import { decode, type FieldValidation, maxBodyBytes } from './decode.js';
import { modelsFile } from './files.js';
import { formerModels } from './former.js';
import { isAtomicMap, isAtomicModel, mergings } from './lists.js';
import { mergeSchemaOf } from './merge.js';
import { allModels, modelOf } from './models.js';
import { count, duplicatesIn, fieldsIn } from './scan.js';

const pods = findKind({ group: '', kind: 'Pod' }) as KindRow;
const configMaps = findKind({ group: '', kind: 'ConfigMap' }) as KindRow;

const refused = (body: string, mode: FieldValidation = 'Warn', row = pods): string => {
  try {
    decode(row, body, { fieldValidation: mode });
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('decoding', () => {
  const cannot = 'Pod in version "v1" cannot be handled as a Pod: ';
  const wrong: [string, string][] = [
    ['{"spec":"x"}', 'json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec'],
    [
      '{"spec":{"containers":{}}}',
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      '{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}',
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      '{"spec":{"activeDeadlineSeconds":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
    ],
    [
      '{"spec":{"priority":2147483648}}',
      'json: cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.priority of type int32',
    ],
    [
      '{"metadata":{"labels":{"a":1}}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      '{"metadata":{"labels":["a"]}}',
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      '{"spec":{"hostNetwork":"yes"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      '{"metadata":{"creationTimestamp":"2026-04-31T00:00:00Z"}}',
      'parsing time "2026-04-31T00:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse "2026-04-31T00:00:00Z" as "2006"',
    ],
    [
      '{"spec":{"overhead":{"cpu":"lots"}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ];
  for (const [body, message] of wrong) {
    it(`refuses ${body}`, () => assert.equal(refused(body), cannot + message));
  }

  it('refuses what is no object, no JSON, too big or too deep', () => {
    assert.equal(refused('[]'), 'json: cannot unmarshal array into Go value of type v1.Pod');
    assert.match(refused('{"a":'), /^couldn't get version\/kind; json parse error: /);
    assert.match(refused(' '.repeat(maxBodyBytes + 1)), /^Request entity too large: limit is 3145728$/);
    assert.match(refused(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), /^json: exceeded max depth/);
  });

  it('holds the body to the kind of the path', () => {
    assert.equal(
      refused('{"apiVersion":"apps/v1"}'),
      'the API version in the data (apps/v1) does not match the expected API version (v1)',
    );
    assert.match(refused('{"kind":"Service"}'), /^Service in version "v1" cannot be handled as a Pod: /);
    const { object } = decode(pods, '{}');
    assert.deepEqual(object, { apiVersion: 'v1', kind: 'Pod', metadata: {} });
  });

  it('takes DeleteOptions of any version', () => {
    const body = '{"apiVersion":"policy/v1","kind":"DeleteOptions","gracePeriodSeconds":0}';
    const { object } = decode(subresourceTypes.deleteOptions, body);
    assert.equal(object.gracePeriodSeconds, 0);
  });

  const sloppy = '{"spec":{"x":1,"containers":[{"name":"a","imag":"b","name":"c"}]},"constructor":{}}';
  const problems = [
    'unknown field "spec.x"',
    'unknown field "spec.containers[0].imag"',
    'unknown field "constructor"',
    'duplicate field "spec.containers[0].name"',
  ];

  it('tells unknown and duplicate fields, and removes them', () => {
    const { object, warnings } = decode(pods, sloppy);
    assert.deepEqual(object.spec, { containers: [{ name: 'c' }] });
    assert.deepEqual(warnings, problems);
    assert.deepEqual(decode(pods, sloppy, { fieldValidation: 'Ignore' }).warnings, []);
    assert.equal(refused(sloppy, 'Strict'), `${cannot}strict decoding error: ${problems.join(', ')}`);
  });

  it('is not led astray by __proto__', () => {
    const { object } = decode(pods, '{"__proto__":{"polluted":1},"spec":{"__proto__":{"polluted":1}}}');
    assert.deepEqual(Object.keys(object).sort(), ['apiVersion', 'kind', 'metadata', 'spec']);
    assert.equal((object.spec as Record<string, unknown>).polluted, undefined);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    const named = refused('{"data":{"__proto__":"x"}}', 'Warn', configMaps);
    assert.match(named, /the key "__proto__" in "data" is reserved/);
  });

  it('stores quantities, times and bytes in their canonical form, and drops nulls', () => {
    const body = {
      metadata: { creationTimestamp: '2026-01-01T02:00:00.5+02:00', labels: { a: null } },
      spec: {
        nodeName: null,
        containers: [{ name: 'a', resources: { limits: { cpu: 0.5, memory: '1024Mi' } }, ports: null }],
      },
    };
    const { object } = decode(pods, Buffer.from(JSON.stringify(body)));
    assert.deepEqual(object.metadata, { creationTimestamp: '2026-01-01T00:00:00Z', labels: { a: '' } });
    assert.deepEqual(object.spec, {
      containers: [{ name: 'a', resources: { limits: { cpu: '500m', memory: '1Gi' } } }],
    });
    const lease = findKind({ group: 'coordination.k8s.io', kind: 'Lease' }) as KindRow;
    const renewed = decode(lease, '{"spec":{"renewTime":"2026-01-01T00:00:00.1234567Z"}}').object;
    assert.deepEqual(renewed.spec, { renewTime: '2026-01-01T00:00:00.123456Z' });
  });

  it('accepts base64 that is whole', () => {
    const secrets = findKind({ group: '', kind: 'Secret' }) as KindRow;
    assert.deepEqual(decode(secrets, '{"data":{"a":"YQ==\\n"}}').object.data, { a: 'YQ==' });
    assert.match(refused('{"data":{"a":"Y!=="}}', 'Warn', secrets), /illegal base64 data at input byte 1$/);
    assert.match(refused('{"data":{"a":"YQ="}}', 'Warn', secrets), /illegal base64 data/);
  });
});

describe('the scan of a JSON text', () => {
  it('law: it finds no duplicates where there are none, and every field that is written twice', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.string(), (text, name) => {
        const once = JSON.stringify(JSON.parse(text));
        assert.deepEqual(duplicatesIn(once), []);
        assert.equal(count(once).fields, fieldsIn(JSON.parse(once)));
        const key = JSON.stringify(name);
        const twice = `{"a":[0,{${key}:${text},${key}:1}]}`;
        assert.deepEqual(duplicatesIn(twice), [`a[1].${name}`]);
        assert.ok(count(twice).fields > fieldsIn(JSON.parse(twice)));
      }),
    );
  });

  it('law: it knows how deep it nests', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        assert.equal(count(text).depth, depthOf(JSON.parse(text)));
      }),
    );
  });

  it('sees where a string ends, whatever stands before its quotes', () => {
    for (const inner of ['', '\\\\', '\\"', '\\\\\\"', '{\\"a\\":{', ':', '\\\\\\\\'])
      assert.deepEqual(count(`{"a":"${inner}","b":["${inner}"]}`), { fields: 2, depth: 2 }, inner);
  });

  it('sees a name through its escapes', () => {
    assert.deepEqual(duplicatesIn('{"a":1,"\\u0061":2}'), ['a']);
    assert.deepEqual(duplicatesIn('{"a":"{\\"a\\":1","b":["a","a"]}'), []);
  });
});

describe('the table of lists', () => {
  const data = join(dirname(modelsFile), '../../../shared/data/k8s-1.36-extensions.json');
  interface Extensions {
    mergeKey: Record<string, string>;
    strategy: Record<string, string>;
    listMapKeys: Record<string, string[]>;
    set: string[];
    mapType: Record<string, string>;
  }

  it("agrees with Kubernetes' published extensions", function () {
    if (!existsSync(data)) {
      console.log(`      skipped: ${data} is not there (it is reference data of the project's authors)`);
      return this.skip();
    }
    const published = JSON.parse(readFileSync(data, 'utf8')) as Extensions;
    const sets = new Set(published.set);
    // Versions that 1.36 no longer serves are in no list of its.
    for (const name of allModels().filter(model => !Object.hasOwn(formerModels, model))) {
      const model = modelOf(name);
      assert.equal(
        isAtomicModel(model) && model.fields.size > 0,
        published.mapType[model.definition] === 'atomic',
        `atomic: ${model.definition}`,
      );
      for (const field of model.fields.values()) {
        const path = `${model.definition}.${field.name}`;
        const merging = field.merging;
        assert.equal(merging?.mergeKey, published.mergeKey[path], `merge key: ${path}`);
        assert.equal(merging?.strategies.join(',') || undefined, published.strategy[path], `strategy: ${path}`);
        const keys = merging?.listType === 'map' ? merging.keys : undefined;
        assert.deepEqual(keys, published.listMapKeys[path], `list-map keys: ${path}`);
        assert.equal(merging?.listType === 'set', sets.has(path), `set: ${path}`);
        const short = `${model.listName}.${field.name}`;
        assert.equal(isAtomicMap(short), published.mapType[path] === 'atomic', `atomic: ${path}`);
      }
    }
  });

  it('names only fields that exist', () => {
    const known = new Set(
      allModels().flatMap(name => [...modelOf(name).fields.keys()].map(f => `${modelOf(name).listName}.${f}`)),
    );
    for (const path of mergings.keys()) assert.ok(known.has(path), path);
  });

  it('reaches a strategic merge', () => {
    const container = mergeSchemaOf(pods)?.property('spec')?.property('containers');
    assert.equal(container?.mergeKey, 'name');
    assert.equal(container?.element?.property('ports')?.mergeKey, 'containerPort');
    assert.deepEqual(mergeSchemaOf(pods)?.property('metadata')?.property('finalizers')?.strategies, ['merge']);
    assert.equal(mergeSchemaOf({ model: 'V1Widget' }), undefined);
  });
});
