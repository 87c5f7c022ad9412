import assert from 'node:assert/strict';
import type { FieldError } from '../status.js';
import { checkNewCosts, checkSchema } from './check.js';
import { checkCosts } from './check-rules.js';
import { smallestBytes } from './cost.js';
import type { JsonSchema } from './schema.js';

const at = 'spec.versions[0].schema.openAPIV3Schema';
const rule = (text: string): JsonSchema => ({ 'x-kubernetes-validations': [{ rule: text }] });
const root = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec } });
const costs = (spec: JsonSchema): FieldError[] => {
  const schema = root(spec);
  assert.deepEqual(checkSchema(schema, at), []);
  return checkCosts(schema, at);
};
const list = (items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'array', items, ...more });
const text = (maxLength?: number): JsonSchema => ({
  type: 'string',
  ...(maxLength === undefined ? {} : { maxLength }),
});

describe('what a rule may cost', () => {
  const cheap: [what: string, spec: JsonSchema][] = [
    ['a comparison of numbers', { type: 'integer', ...rule('self > 1') }],
    ['a pattern for a text of some length', { ...text(256), ...rule('self.matches("^[a-z]+$")') }],
    ['each element of a list', { ...list({ type: 'integer' }, { maxItems: 1000 }), ...rule('self.all(x, x > 0)') }],
    ['each element of any list of numbers', { ...list({ type: 'integer' }), ...rule('self.all(x, x > 0)') }],
    [
      'pairs in a list that is bounded',
      { ...list(text(10), { maxItems: 100 }), ...rule('self.all(x, self.exists_one(y, x == y))') },
    ],
    ['a rule for each element of a bounded list', list({ ...text(10), ...rule('self != "a"') }, { maxItems: 1000 })],
    [
      'a text in each of twenty-five',
      { ...list(text(), { maxItems: 25 }), ...rule('self.all(x, x.contains("a string"))') },
    ],
    ['a rule for each element of lists in lists', list(list({ ...text(10), ...rule('self == "a"') }))],
    [
      'a message with a number in it',
      {
        type: 'integer',
        'x-kubernetes-validations': [
          { rule: 'self < 9', messageExpression: '"a fleet of " + string(self) + " ships"' },
        ],
      },
    ],
    [
      'formats, addresses and links of any length',
      {
        ...text(),
        ...rule(
          '!format.dns1123Label().validate(self).hasValue() && url(self).getHost() != "" && ip(self).family() == 4 && quantity(self).isGreaterThan(quantity("1"))',
        ),
      },
    ],
    [
      'what is a number or a text',
      { 'x-kubernetes-int-or-string': true, ...rule('type(self) == int ? self > 1 : self.endsWith("%")') },
    ],
    ['an object that never changes', { type: 'object', properties: { a: text() }, ...rule('self == oldSelf') }],
    ['each of many objects', list({ type: 'object', properties: { a: text() }, ...rule('self.a != "x"') })],
    [
      'references, two by two (Gateway API)',
      {
        ...list(
          {
            type: 'object',
            required: ['name'],
            properties: {
              group: text(253),
              kind: text(63),
              name: text(253),
              namespace: text(63),
              sectionName: text(253),
            },
          },
          { maxItems: 32 },
        ),
        ...rule(
          "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
        ),
      },
    ],
    ['whether a field is there', { type: 'object', properties: { a: text() }, ...rule('has(self.a)') }],
    ['the sizes of what has no bounds', { ...list(text()), ...rule('size(self) < 10 && self.size() > 1') }],
  ];
  for (const [what, spec] of cheap) it(`is within the limits for ${what}`, () => assert.deepEqual(costs(spec), []));

  const dear: [what: string, spec: JsonSchema, field: string, factor: RegExp][] = [
    [
      'pairs in a list without bounds',
      { ...list(text()), ...rule('self.all(x, self.exists_one(y, x == y))') },
      '.properties[spec].x-kubernetes-validations[0].rule',
      /more than 100x/,
    ],
    [
      'a pattern for each element of any list of texts',
      { ...list(text()), ...rule('self.all(x, x.matches("^[a-z0-9]+(-[a-z0-9]+)*$"))') },
      '.properties[spec].x-kubernetes-validations[0].rule',
      /more than 100x/,
    ],
    [
      'a text in each of any number of texts',
      { ...list(text()), ...rule('self.all(x, x.contains("a string"))') },
      '.properties[spec].x-kubernetes-validations[0].rule',
      /more than 100x/,
    ],
    [
      'the entries of a map with the entries of a map',
      {
        type: 'object',
        additionalProperties: text(),
        ...rule('self.all(k, self.all(l, k == l || self[k] != self[l]))'),
      },
      '.properties[spec].x-kubernetes-validations[0].rule',
      /more than 100x/,
    ],
    [
      'one text within another, both of any length',
      { type: 'object', properties: { a: text(), b: text() }, ...rule('self.a.contains(self.b)') },
      '.properties[spec].x-kubernetes-validations[0].rule',
      /more than 100x/,
    ],
  ];
  for (const [what, spec, field, factor] of dear) {
    it(`is beyond them for ${what}`, () => {
      const [first] = costs(spec);
      assert.equal(first?.field, `${at}${field}`);
      assert.equal(first?.type, 'FieldValueForbidden');
      assert.match(first?.message ?? '', /^Forbidden: estimated rule cost exceeds budget by factor of /);
      assert.match(first?.message ?? '', factor);
      const advice =
        '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
      assert.ok(first?.message.endsWith(advice));
    });
  }

  it('shrinks with the bounds of the schema', () => {
    const pairs = rule('self.all(x, self.exists_one(y, x == y))');
    assert.equal(costs({ ...list(text(64), { maxItems: 5000 }), ...pairs }).length > 0, true);
    assert.deepEqual(costs({ ...list(text(64), { maxItems: 500 }), ...pairs }), []);
    const contains = rule('self.a.contains(self.b)');
    const object = (length?: number): JsonSchema => ({
      type: 'object',
      properties: { a: text(length), b: text(length) },
      ...contains,
    });
    assert.equal(costs(object()).length > 0, true);
    assert.deepEqual(costs(object(1024)), []);
  });

  it('is asked of the message as well, and of all rules together', () => {
    const dearMessage: JsonSchema = {
      ...list(text()),
      'x-kubernetes-validations': [{ rule: 'true', messageExpression: 'self.map(x, x + x).join(",")' }],
    };
    const [first] = costs(dearMessage);
    assert.match(first?.field ?? '', /\.messageExpression$/);
    assert.match(first?.message ?? '', /estimated messageExpression cost exceeds budget/);
    const property = (): JsonSchema => ({ ...list({ type: 'integer' }), ...rule('self.all(x, x > 0)') });
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, property()]));
    const errors = costs({ type: 'object', properties: many });
    assert.equal(errors.length, 5, 'the four dearest, and the whole');
    assert.match(errors[0]?.message ?? '', /^Forbidden: contributed to estimated rule cost total exceeding cost limit/);
    assert.equal(errors[4]?.field, at);
    assert.match(
      errors[4]?.message ?? '',
      /^Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of \d\.\d+x/,
    );
  });

  it('is looked at where something is new, and not held against what was there before', () => {
    const dearSpec = root({ ...list(text()), ...rule('self.all(x, self.exists_one(y, x == y))') });
    const other = { ...dearSpec, description: 'changed' };
    assert.equal(checkNewCosts(dearSpec, at).length > 0, true);
    assert.deepEqual(checkNewCosts(dearSpec, at, structuredClone(dearSpec)), []);
    assert.deepEqual(checkNewCosts(other, at, dearSpec), []);
    assert.equal(checkNewCosts(dearSpec, at, root({ type: 'object' })).length > 0, true);
  });

  it('reckons with the smallest that JSON can say', () => {
    const schema: JsonSchema = {
      type: 'object',
      required: ['name', 'flags', 'size'],
      properties: { name: text(), flags: list(text()), size: { type: 'integer', default: 1 }, other: text() },
    };
    // {"name":"","flags":[]} is 22 characters; a default need not be said.
    assert.equal(smallestBytes(schema), 2 + (4 + 2 + 4) + (5 + 2 + 4));
  });
});
