import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as quantity from './quantity.js';

describe('quantities', () => {
  const canonicalForms: [string | number, string][] = [
    ['0', '0'],
    ['1', '1'],
    [1, '1'],
    [0.5, '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.1', '100m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+5', '5'],
    ['-1.5', '-1500m'],
    ['1Gi', '1Gi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['512', '512'],
    ['1000Ki', '1000Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1000000', '1M'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12e-1', '1200e-3'],
    ['1E', '1E'],
    ['100n', '100n'],
    ['1000n', '1u'],
    ['0.1n', '1n'],
    ['1.0000000001', '1000000001n'],
    ['9Ei', '9223372036854775807'],
    ['1e99', '9223372036854775807'],
    ['0e99', '0'],
    ['007', '7'],
  ];
  for (const [text, expected] of canonicalForms) {
    it(`writes ${JSON.stringify(text)} as ${expected}`, () => assert.equal(quantity.canonical(text), expected));
  }

  for (const text of ['', 'x', '1x', '1ki', '1KiB', '1 Gi', '--1', '1.2.3', 'Ki', '1e', '1e1.5', ' 1', '1mm', 'NaN']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => quantity.parse(text), quantity.QuantityError);
      assert.equal(quantity.tryParse(text), undefined);
    });
  }

  it('answers absurd exponents at once', () => {
    assert.equal(quantity.canonical('1e999999999'), '9223372036854775807');
    assert.equal(quantity.canonical('1e-999999999'), '1e-9');
  });

  it('rounds away from zero', () => {
    assert.equal(quantity.toMilli(quantity.parse('1n')), 1);
    assert.equal(quantity.toMilli(quantity.parse('-1n')), -1);
    assert.equal(quantity.toNumber(quantity.parse('1500m')), 2);
    assert.equal(quantity.toNumber(quantity.parse('64Mi')), 67_108_864);
  });

  const amount = fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n });
  const formats = fc.constantFrom<quantity.Format>('BinarySI', 'DecimalSI', 'DecimalExponent');

  it('law: what is written is read back as the same value', () => {
    fc.assert(
      fc.property(amount, formats, (nanos, format) => {
        const text = quantity.format({ nanos, format });
        assert.equal(quantity.parse(text).nanos, nanos, text);
        assert.equal(quantity.canonical(text), text);
      }),
    );
  });

  it('law: addition and comparison are those of the values', () => {
    fc.assert(
      fc.property(amount, amount, formats, (a, b, format) => {
        const [left, right] = [
          { nanos: a, format },
          { nanos: b, format },
        ] as const;
        assert.equal(quantity.add(left, right).nanos, a + b);
        assert.equal(quantity.subtract(quantity.add(left, right), right).nanos, a);
        assert.equal(quantity.compare(left, right), Math.sign(Number(a - b)));
      }),
    );
  });
});
