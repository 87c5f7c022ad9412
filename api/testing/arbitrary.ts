/** Objects of any kind, as fast-check draws them from the kinds' schemas. */
import fc from 'fast-check';
import { modelOf, type Scalar, type Type } from '../schema/models.js';

const scalars: Record<Scalar, fc.Arbitrary<unknown>> = {
  string: fc.constantFrom('', 'a', 'Always', 'ClientIP', 'NodePort', 'x/y', '10.0.0.1', '-', 'None'),
  boolean: fc.boolean(),
  int32: fc.integer({ min: -2, max: 70_000 }),
  int64: fc.integer({ min: -2, max: 70_000 }),
  number: fc.integer(),
  'date-time': fc.constant('2026-01-01T00:00:00Z'),
  'date-time-micro': fc.constant('2026-01-01T00:00:00.000000Z'),
  byte: fc.constantFrom('', 'YQ=='),
  'int-or-string': fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('', 'http')),
  quantity: fc.constantFrom('1', '100m', '-1', '2Gi'),
  any: fc.constant({}),
};

/** Any value of the type, more often sparse than not; `depth` keeps it from growing without end. */
function valueOfType(type: Type, depth: number): fc.Arbitrary<unknown> {
  if (type.kind === 'scalar') return scalars[type.scalar];
  if (type.kind === 'list') return fc.array(valueOfType(type.items, depth), { maxLength: 2 });
  if (type.kind === 'map')
    return fc.dictionary(fc.constantFrom('a', 'B b', 'cpu', ''), valueOfType(type.values, depth), { maxKeys: 2 });
  return objectOf(type.model, depth);
}

/** Without them most of what there is to go wrong would rarely be reached. */
const always = new Set(['spec', 'status', 'template', 'containers', 'ports', 'subjects', 'rules']);

/** The fields of a model ('V1Pod'), with values of their types: what decoding lets in, and validation may not. */
export function objectOf(name: string, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const fields = [...modelOf(name).fields.values()].filter(field => depth < 8 || field.type.kind === 'scalar');
  const picked = fields.filter(field => always.has(field.name));
  // A few of the others at a time: all of a pod's at once would be slow, and no closer to what people write.
  return fc
    .subarray(fields, { maxLength: Math.min(4, fields.length) })
    .chain(chosen =>
      fc.record(
        Object.fromEntries([...picked, ...chosen].map(field => [field.name, valueOfType(field.type, depth + 1)])),
      ),
    );
}
