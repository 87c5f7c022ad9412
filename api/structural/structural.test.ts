import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clone, type JsonObject } from '../json.js';
import { applyDefaults, lacksDefaults } from './defaults.js';
import { fieldTypesOf } from './field-types.js';
import { duplicatesIn } from './lists.js';
import { toOpenApiV2 } from './openapi.js';
import { prune } from './prune.js';
import { ruleErrors } from './rules.js';
import type { JsonSchema } from './schema.js';
import { validateValue } from './validate.js';

const any: JsonSchema = { 'x-kubernetes-preserve-unknown-fields': true };
const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const text: JsonSchema = { type: 'string' };

describe('pruning', () => {
  const table: [string, JsonSchema, JsonObject, JsonObject, string[]][] = [
    [
      'keeps what every object has',
      object({}),
      { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, y: 1 },
      { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } },
      ['y'],
    ],
    [
      'looks into lists and maps',
      object({
        l: { type: 'array', items: object({ a: text }) },
        m: { type: 'object', additionalProperties: object({ a: text }) },
      }),
      { l: [{ a: 'x', b: 1 }], m: { k: { a: 'x', b: 1 } } },
      { l: [{ a: 'x' }], m: { k: { a: 'x' } } },
      ['l[0].b', 'm.k.b'],
    ],
    [
      'keeps what is unknown where it is told to, and prunes what is known there',
      object({ o: object({ a: object({ x: text }) }, any) }),
      { o: { a: { x: 'x', y: 1 }, b: { c: [{ d: 1 }] } } },
      { o: { a: { x: 'x' }, b: { c: [{ d: 1 }] } } },
      ['o.a.y'],
    ],
    [
      'keeps an embedded object whole in its metadata',
      object({ o: object({ spec: object({}) }, { 'x-kubernetes-embedded-resource': true }) }),
      { o: { apiVersion: 'v1', kind: 'Y', metadata: { labels: { a: 'b' } }, spec: { z: 1 } } },
      { o: { apiVersion: 'v1', kind: 'Y', metadata: { labels: { a: 'b' } }, spec: {} } },
      ['o.spec.z'],
    ],
    [
      'keeps keys of any kind, but not what is in them',
      object({ m: { type: 'object', additionalProperties: true } }),
      { m: { a: 1, b: { c: 1 } } },
      { m: { a: 1, b: {} } },
      ['m.b.c'],
    ],
  ];
  for (const [name, schema, value, expected, removed] of table) {
    it(name, () => {
      const pruned = clone(value);
      assert.deepEqual(prune(pruned, schema), removed);
      assert.deepEqual(pruned, expected);
      assert.deepEqual(prune(pruned, schema), []);
    });
  }
});

describe('defaulting', () => {
  const schema = object({
    a: { type: 'integer', default: 7 },
    o: object({ b: { type: 'string', default: 'x' } }, { default: {} }),
    n: { type: 'string', nullable: true, default: 'set' },
    p: { type: 'string' },
    l: { type: 'array', items: object({ c: { type: 'boolean', default: true } }) },
    m: { type: 'object', additionalProperties: object({ d: { type: 'integer', default: 1 } }) },
  });
  const table: [JsonObject, JsonObject][] = [
    [{}, { a: 7, o: { b: 'x' }, n: 'set' }],
    [
      { a: null, o: null, n: null, p: null },
      { a: 7, o: { b: 'x' }, n: null },
    ],
    [
      { a: 1, o: { b: 'y' }, n: 'z', l: [{}, { c: false }], m: { k: {} } },
      { a: 1, o: { b: 'y' }, n: 'z', l: [{ c: true }, { c: false }], m: { k: { d: 1 } } },
    ],
  ];
  for (const [value, expected] of table) {
    it(`completes ${JSON.stringify(value)}`, () => {
      const completed = clone(value);
      assert.ok(lacksDefaults(completed, schema));
      applyDefaults(completed, schema);
      assert.deepEqual(completed, expected);
      assert.ok(!lacksDefaults(completed, schema));
    });
  }

  it('gives each object values of its own', () => {
    const [one, other]: JsonObject[] = [{}, {}];
    for (const value of [one, other]) applyDefaults(value, schema);
    (one?.o as JsonObject).b = 'changed';
    assert.deepEqual(other?.o, { b: 'x' });
  });
});

const says = (schema: JsonSchema, value: unknown, old?: unknown): string[] =>
  validateValue({ v: value }, object({ v: schema }), '', old === undefined ? undefined : { v: old }).map(
    ({ field, message }) => `${field}: ${message}`,
  );

describe('validation', () => {
  const table: [JsonSchema, unknown, string[]][] = [
    [{ type: 'integer' }, 1.5, ['v: Invalid value: "number": v in body must be of type integer: "number"']],
    [{ type: 'number' }, 1, []],
    [{ type: 'string' }, null, ['v: Invalid value: "null": v in body must be of type string: "null"']],
    [{ type: 'string', nullable: true }, null, []],
    [{ 'x-kubernetes-int-or-string': true }, 'x', []],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      ['v: Invalid value: "boolean": v in body must be of type integer,string: "boolean"'],
    ],
    [{ type: 'integer', minimum: 1 }, 0, ['v: Invalid value: 0: v in body should be greater than or equal to 1']],
    [
      { type: 'integer', maximum: 5, exclusiveMaximum: true },
      5,
      ['v: Invalid value: 5: v in body should be less than 5'],
    ],
    [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
    [{ type: 'number', multipleOf: 0.5 }, 0.3, ['v: Invalid value: 0.3: v in body should be a multiple of 0.5']],
    [
      { type: 'integer', format: 'int32' },
      2 ** 31,
      ['v: Invalid value: 2147483648: v in body must be of type int32: 2147483648'],
    ],
    [{ type: 'string', maxLength: 2 }, 'äöü', ['v: Too long: may not be more than 2 bytes']],
    [{ type: 'string', minLength: 2 }, '😀', ['v: Invalid value: "😀": v in body should be at least 2 chars long']],
    [{ type: 'string', pattern: '^a+$' }, 'ab', ['v: Invalid value: "ab": v in body should match \'^a+$\'']],
    [{ type: 'string', format: 'ipv4' }, 'no', ['v: Invalid value: "no": v in body must be of type ipv4: "no"']],
    [{ type: 'string', format: 'nobody-knows' }, 'x', []],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', ['v: Unsupported value: "c": supported values: "a", "b"']],
    [{ type: 'array', maxItems: 1, items: text }, ['a', 'b'], ['v: Too many: 2: must have at most 1 items']],
    [{ type: 'array', minItems: 1, items: text }, [], ['v: Invalid value: 0: v in body should have at least 1 items']],
    [object({ a: text }, { required: ['a'] }), {}, ['v.a: Required value']],
    [object({}, { maxProperties: 0 }), { a: 1 }, ['v: Too many: 1: must have at most 0 items']],
    [
      { type: 'integer', oneOf: [{ minimum: 5 }, { maximum: 3 }] },
      4,
      [
        '<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found none valid',
        'v: Invalid value: 4: v in body should be greater than or equal to 5',
      ],
    ],
    [
      { type: 'integer', oneOf: [{ minimum: 1 }, { maximum: 9 }] },
      4,
      ['<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      { type: 'integer', anyOf: [{ minimum: 5 }] },
      4,
      [
        '<nil>: Invalid value: "": "v" must validate at least one schema (anyOf)',
        'v: Invalid value: 4: v in body should be greater than or equal to 5',
      ],
    ],
    [{ type: 'integer', not: { minimum: 1 } }, 4, ['<nil>: Invalid value: "": "v" must not validate the schema (not)']],
    [object({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }), { a: 'x' }, []],
  ];
  for (const [schema, value, expected] of table) {
    it(`${JSON.stringify(schema)} of ${JSON.stringify(value)}`, () => assert.deepEqual(says(schema, value), expected));
  }

  it('forgives what has not changed', () => {
    const schema: JsonSchema = object({
      a: { type: 'integer', maximum: 1 },
      l: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: text, n: { type: 'integer', maximum: 1 } }),
      },
    });
    const old = {
      a: 5,
      l: [
        { k: 'x', n: 5 },
        { k: 'y', n: 1 },
      ],
    };
    assert.deepEqual(says(schema, { ...old, a: 6 }, old).length, 1);
    assert.deepEqual(
      says(
        schema,
        {
          ...old,
          l: [
            { k: 'y', n: 0 },
            { k: 'x', n: 5 },
          ],
        },
        old,
      ),
      [],
    );
    assert.deepEqual(says(schema, { ...old, l: [{ k: 'y', n: 5 }] }, old).length, 1);
  });

  it('law: a value of any kind is judged without a crash', () => {
    const schema = object(
      {
        a: object({ b: { type: 'array', items: { type: 'integer', minimum: 1 } } }, { required: ['b'] }),
        c: { type: 'string', pattern: 'x' },
      },
      any,
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__'), fc.jsonValue()), value => {
        const taken = JSON.parse(JSON.stringify(value)) as JsonObject;
        prune(taken, schema);
        applyDefaults(taken, schema);
        validateValue(taken, schema);
        duplicatesIn(taken, schema);
      }),
    );
  });
});

describe('lists without repetitions', () => {
  it('tell what stands twice', () => {
    const schema = object({
      s: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
      m: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['a', 'b'],
        items: object({ a: text, b: text }),
      },
    });
    const value = { s: ['x', 'y', 'x', 'x'], m: [{ a: '1' }, { a: '1', b: '2' }, { a: '1', c: 3 }] };
    assert.deepEqual(
      duplicatesIn(value, schema).map(({ field, message }) => `${field}: ${message}`),
      ['s[2]: Duplicate value: "x"', 'm[2]: Duplicate value: {"a":"1"}'],
    );
  });
});

describe('rules', () => {
  const item = object(
    { k: text, n: { type: 'integer' } },
    {
      'x-kubernetes-validations': [
        { rule: 'self.n >= oldSelf.n', message: 'n must not shrink' },
        { rule: 'self.n < 100' },
      ],
    },
  );
  const schema = object(
    {
      spec: object({
        items: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: item },
        byName: {
          type: 'object',
          additionalProperties: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self != "bad"', reason: 'FieldValueForbidden' }],
          },
        },
        once: {
          type: 'string',
          'x-kubernetes-validations': [
            { rule: '!oldSelf.hasValue() || oldSelf.value() == self', optionalOldSelf: true, message: 'is set once' },
          ],
        },
      }),
    },
    {
      'x-kubernetes-validations': [
        { rule: 'self.metadata.name.startsWith("x")', message: 'the name must begin with x' },
      ],
    },
  );
  const make = (spec: object, name = 'x1') => ({ apiVersion: 'a/v1', kind: 'A', metadata: { name }, spec });
  const errors = (now: object, old?: object) =>
    ruleErrors(now, schema, old).map(({ field, message }) => `${field}: ${message}`);

  it('are asked where they stand, and of changes only where these can be told', () => {
    assert.deepEqual(errors(make({ items: [{ k: 'a', n: 200 }], byName: { q: 'bad' } }, 'y')), [
      '<nil>: Invalid value: "object": the name must begin with x',
      'spec.items[0]: Invalid value: "object": failed rule: self.n < 100',
      'spec.byName[q]: Forbidden: failed rule: self != "bad"',
    ]);
    const old = make({
      items: [
        { k: 'a', n: 5 },
        { k: 'b', n: 7 },
      ],
      once: 'x',
    });
    assert.deepEqual(
      errors(
        make({
          items: [
            { k: 'b', n: 7 },
            { k: 'a', n: 4 },
            { k: 'c', n: 0 },
          ],
          once: 'y',
        }),
        old,
      ),
      ['spec.items[1]: Invalid value: "object": n must not shrink', 'spec.once: Invalid value: "string": is set once'],
    );
  });

  it('that cannot be answered say why, and one that costs too much is the last', () => {
    const failing = object(
      { m: { type: 'object', additionalProperties: text } },
      { 'x-kubernetes-validations': [{ rule: 'self.m["nope"] == ""' }] },
    );
    assert.deepEqual(
      ruleErrors({ m: {} }, failing).map(({ message }) => message),
      ['Invalid value: "object": no such key: nope evaluating rule: self.m["nope"] == ""'],
    );
    const loop = 'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c != "x")))';
    const dear = object(
      { l: { type: 'array', items: text } },
      { 'x-kubernetes-validations': [{ rule: loop, message: 'loops' }, { rule: 'false' }] },
    );
    const [error, ...others] = ruleErrors({ l: Array.from({ length: 1000 }, (_, i) => `v${i}`) }, dear);
    assert.match(
      error?.message ?? '',
      /no further validation rules will be run due to call cost exceeds limit for rule: loops/,
    );
    assert.deepEqual(others, []);
  });
});

describe('a structural schema', () => {
  it('is shown to old clients without what they do not read', () => {
    const shown = toOpenApiV2(
      object({
        a: { type: 'string', nullable: true, description: 'd' },
        b: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        c: object({ d: text }, any),
        e: { type: 'array' },
        f: object({ g: { type: 'string', nullable: true }, h: text }, { required: ['g', 'h'] }),
      }),
    );
    assert.deepEqual(shown, {
      type: 'object',
      properties: {
        a: { description: 'd' },
        b: { 'x-kubernetes-int-or-string': true },
        c: { 'x-kubernetes-preserve-unknown-fields': true },
        e: {},
        f: { type: 'object', properties: { g: {}, h: { type: 'string' } }, required: ['h'] },
      },
    });
  });

  it('tells server-side apply how lists and maps are owned', () => {
    const types = fieldTypesOf(
      object({
        l: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['p', 'k'],
          items: object({ k: text, p: { type: 'string', default: 'TCP' } }),
        },
        a: object({}, { 'x-kubernetes-map-type': 'atomic' }),
        o: any,
      }),
    );
    const list = types.field('l');
    assert.ok(list?.kind === 'list');
    assert.deepEqual([list.identity, list.keys, list.defaultOf?.('p')], ['map', ['k', 'p'], 'TCP']);
    const atomic = types.field('a');
    assert.ok(atomic?.kind === 'map' && atomic.atomic);
    assert.equal(types.field('o')?.kind, 'untyped');
    assert.ok(types.field('metadata')?.kind === 'map' && types.field('nope') === undefined);
  });
});
