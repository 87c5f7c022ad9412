import assert from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import type { JsonObject } from '../../../api/json.js';
import { builtinKinds } from '../../../api/kinds/index.js';
import { apiVersionOf, type KindRow } from '../../../api/kinds/row.js';
import { findModel, type Model, modelOf, type Type } from '../../../api/schema/models.js';
import { objectOf } from '../../../api/testing/arbitrary.js';
import { decodeProtobuf } from './decode.js';
import { planOf, writeMessage } from './encode.js';
import { fieldsOf } from './field-numbers.js';

const rowOf = (kind: string): KindRow => builtinKinds.find(row => row.kind === kind) as KindRow;

function encode(row: KindRow, object: JsonObject): Buffer {
  const plan = planOf(modelOf(row.model));
  assert.ok(plan, row.kind);
  const raw = writeMessage(protobuf.Writer.create(), plan, object).finish();
  const type = protobuf.Writer.create().uint32(10).string(apiVersionOf(row)).uint32(18).string(row.kind).finish();
  const envelope = protobuf.Writer.create().uint32(10).bytes(type).uint32(18).bytes(raw).finish();
  return Buffer.concat([Buffer.from('k8s\0'), envelope]);
}

const decode = (bytes: Buffer) => decodeProtobuf(bytes, builtinKinds, protobuf.Reader.create);

/** Whether an empty value of a field travels; embedded structs' fields are the message's. */
const keepsZero = (definition: string, name: string): boolean =>
  (fieldsOf(definition) ?? []).some(field =>
    field?.embedded ? keepsZero(field.embedded, name) : field?.name === name && field.zero,
  );

/** What Go makes of JSON: empty lists and maps, and zeros of fields that are no pointers, are not there. */
function told(value: JsonObject, model: Model): JsonObject {
  const result: JsonObject = {};
  for (const [name, of] of Object.entries(value)) {
    const field = model.fields.get(name);
    if (!field) continue;
    const shown = toldValue(of, field.type);
    const zero = shown === '' || shown === 0 || shown === false || shown === undefined;
    if (field.type.kind === 'scalar' && zero && !keepsZero(model.definition, name)) continue;
    if (shown !== undefined) result[name] = shown;
  }
  return result;
}

function toldValue(value: unknown, type: Type): unknown {
  if (type.kind === 'scalar') return value;
  if (type.kind === 'object') return told(value as JsonObject, findModel(type.model) as Model);
  if (type.kind === 'list') {
    const items = (value as unknown[]).map(item => toldValue(item, type.items) ?? []);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(value as JsonObject).map(([key, of]) => [key, toldValue(of, type.values) ?? []]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The same without the types of embedded objects, which do not travel. */
function travelling(value: JsonObject, model: Model, outermost = true): JsonObject {
  const plan = planOf(model);
  const result: JsonObject = {};
  for (const [name, of] of Object.entries(value)) {
    const field = model.fields.get(name);
    if (!field) continue;
    const isType = name === 'kind' || name === 'apiVersion';
    const numbered = plan?.fields.some(one => one.name === name);
    if (isType && !numbered && !outermost) continue;
    if (isType && outermost) continue;
    result[name] = travellingValue(of, field.type);
  }
  return result;
}

function travellingValue(value: unknown, type: Type): unknown {
  if (type.kind === 'object') return travelling(value as JsonObject, findModel(type.model) as Model, false);
  if (type.kind === 'list') return (value as unknown[]).map(item => travellingValue(item, type.items));
  if (type.kind === 'map') {
    const entries = Object.entries(value as JsonObject).map(([key, of]) => [key, travellingValue(of, type.values)]);
    return Object.fromEntries(entries);
  }
  return value;
}

describe('protobuf answers', () => {
  const rows = builtinKinds.filter(({ model }) => findModel(model) && planOf(modelOf(model)));

  for (const row of rows) {
    it(`say all of a ${row.kind} (${apiVersionOf(row)}), as the decoder reads it`, () => {
      const model = modelOf(row.model);
      fc.assert(
        fc.property(objectOf(row.model), drawn => {
          const object = travelling(drawn, model);
          const { value, problems } = decode(encode(row, object));
          assert.deepEqual(problems, []);
          const { kind, apiVersion, ...read } = value;
          assert.deepEqual([kind, apiVersion], [row.kind, apiVersionOf(row)]);
          assert.deepEqual(read, told(object, model));
        }),
        { numRuns: 25 },
      );
    });
  }

  it('are there for every kind but those of extensions, other servers and metrics', () => {
    const without = builtinKinds.filter(row => !rows.includes(row)).map(({ group }) => group);
    assert.deepEqual(new Set(without), new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io', 'metrics.k8s.io']));
  });

  it('keep negative numbers, large ones, and the microseconds of times', () => {
    const lease = { spec: { leaseTransitions: -1, renewTime: '2026-01-01T00:00:00.123456Z' } };
    assert.deepEqual(decode(encode(rowOf('Lease'), lease)).value.spec, lease.spec);
    const node = { status: { images: [{ names: ['a'], sizeBytes: 9_007_199_254_740_991 }] } };
    assert.deepEqual(decode(encode(rowOf('Node'), node)).value.status, node.status);
    const early = { metadata: { creationTimestamp: '1969-12-31T23:59:59Z' } };
    assert.deepEqual(decode(encode(rowOf('ConfigMap'), early)).value.metadata, early.metadata);
  });
});
