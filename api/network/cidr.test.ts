import assert from 'node:assert/strict';
import { canonicalAddress, networkAddress, parseCidr } from './cidr.js';

describe('ranges of addresses', () => {
  const inside: [string, string, boolean][] = [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', false],
    ['fd00::/64', 'fd00::1', true],
    ['fd00::/64', 'fd00:0:0:1::1', false],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['10.0.0.0/8', 'ten', false],
  ];
  for (const [range, address, expected] of inside) {
    it(`${address} is ${expected ? '' : 'not '}in ${range}`, () =>
      assert.equal(parseCidr(range)?.contains(address), expected));
  }

  for (const text of ['', '10.0.0.0', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/-1', 'fd00::/129', '10.0.0.0/8/8', 'a/8']) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseCidr(text), undefined));
  }

  it('are written in one way', () => {
    assert.equal(canonicalAddress('FD00:0:0::1'), 'fd00::1');
    assert.equal(canonicalAddress('10.0.0.1'), '10.0.0.1');
    assert.equal(canonicalAddress('x'), undefined);
    const network = (text: string) => networkAddress(parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>);
    assert.equal(network('10.96.3.7/16'), '10.96.0.0');
    assert.equal(network('fd00:1:2:3::5/48'), 'fd00:1:2::');
    assert.equal(network('255.255.255.255/0'), '0.0.0.0');
  });
});
