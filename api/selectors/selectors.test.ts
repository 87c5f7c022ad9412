import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findKind } from '../kinds/index.js';
import type { KindRow } from '../kinds/row.js';
import { StatusError } from '../status.js';
import type { AnyObject } from '../types.js';
import {
  checkSelectable,
  labelMapSelector,
  labelSelectorOf,
  parseFieldSelector,
  parseLabelSelector,
  selectableFields,
} from './index.js';

const labels = { app: 'web', tier: 'front', empty: '', 'example.com/size': '10' };

describe('label selectors', () => {
  const table: [string, boolean][] = [
    ['', true],
    ['app=web', true],
    ['app == web', true],
    ['app=db', false],
    ['app!=db', true],
    ['missing!=db', true],
    ['missing=', false],
    ['empty=', true],
    ['empty=,app', true],
    ['app in (web, db)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['missing notin (db)', true],
    ['missing in ()', false],
    ['empty in ()', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['app=web,tier=front,!missing', true],
    ['app=web,tier=back', false],
    ['example.com/size>9', true],
    ['example.com/size<9', false],
    ['app>9', false],
    ['toString', false],
  ];
  for (const [text, expected] of table) {
    it(`${JSON.stringify(text)} ${expected ? 'matches' : 'does not match'}`, () => {
      const selector = parseLabelSelector(text);
      assert.equal(selector.matches(labels), expected);
      assert.equal(parseLabelSelector(selector.toString()).matches(labels), expected, selector.toString());
    });
  }

  for (const text of [
    'a=b,',
    'a b',
    'a in',
    'a in (b',
    'in (b)x',
    '=b',
    'a=b c',
    'a!b',
    'a>x',
    '!',
    'a=-',
    '-=a',
    ',',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseLabelSelector(text),
        (error: unknown) =>
          error instanceof StatusError &&
          error.reason === 'BadRequest' &&
          error.message.startsWith('unable to parse requirement: '),
      );
    });
  }

  it('law: what is written is read back', () => {
    const name = fc.stringMatching(/^[a-z]([-a-z]{0,5}[a-z])?$/).filter(text => text !== 'in' && text !== 'notin');
    const requirement = fc.oneof(
      fc.record({ key: name, operator: fc.constantFrom('=' as const, '!=' as const), values: fc.tuple(name) }),
      fc.record({
        key: name,
        operator: fc.constantFrom('in' as const, 'notin' as const),
        values: fc.uniqueArray(name, { minLength: 1 }),
      }),
      fc.record({ key: name, operator: fc.constantFrom('exists' as const, '!' as const), values: fc.constant([]) }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1 }), requirements => {
        const text = requirements
          .map(({ key, operator, values }) => {
            if (operator === 'exists') return key;
            if (operator === '!') return `!${key}`;
            return operator === '=' || operator === '!='
              ? `${key}${operator}${values[0]}`
              : `${key} ${operator} (${[...values].sort().join(',')})`;
          })
          .join(',');
        assert.equal(parseLabelSelector(text).toString(), text);
      }),
    );
  });

  it('reads LabelSelector objects: absent is nothing, empty is everything', () => {
    assert.equal(labelSelectorOf(undefined).matches(labels), false);
    assert.equal(labelSelectorOf({}).matches(labels), true);
    const selector = labelSelectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front'] },
        { key: 'missing', operator: 'DoesNotExist' },
      ],
    });
    assert.equal(selector.toString(), 'app=web,tier in (front),!missing');
    assert.equal(selector.matches(labels), true);
    assert.throws(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Is' }] }), StatusError);
  });

  it('reads maps of labels: an empty one selects nothing', () => {
    assert.equal(labelMapSelector({}).matches(labels), false);
    assert.equal(labelMapSelector({ app: 'web' }).matches(labels), true);
  });
});

describe('field selectors', () => {
  const fields = { 'metadata.name': 'a', 'status.phase': 'Running', odd: 'x,y=z\\' };
  const table: [string, boolean][] = [
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a,status.phase!=Failed', true],
    ['metadata.name!=a', false],
    ['status.phase=', false],
    ['odd=x\\,y\\=z\\\\', true],
  ];
  for (const [text, expected] of table) {
    it(`${JSON.stringify(text)} ${expected ? 'matches' : 'does not match'}`, () => {
      const selector = parseFieldSelector(text);
      assert.equal(selector.matches(fields), expected);
      assert.equal(parseFieldSelector(selector.toString()).matches(fields), expected);
    });
  }

  for (const text of ['a', 'a=b=c', 'a=\\x', 'a>b']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseFieldSelector(text), StatusError));
  }

  it('knows which fields a kind offers', () => {
    const pods = findKind({ group: '', plural: 'pods' }) as KindRow;
    const pod: AnyObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { nodeName: 'n1' } };
    assert.equal(selectableFields(pods, pod)['spec.nodeName'], 'n1');
    checkSelectable(pods, parseFieldSelector('spec.nodeName=n1,status.phase!=Failed'));
    assert.throws(
      () => checkSelectable(pods, parseFieldSelector('spec.hostname=x')),
      /^StatusError: field label not supported: spec\.hostname$/,
    );
  });
});
