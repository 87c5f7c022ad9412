import assert from 'node:assert/strict';
import { addressIn, cableSettings, freeRange, namespaceOf, overlap, plugOf, podRangeFor, rules } from './wiring.js';

describe('the wiring of nodes on one machine', () => {
  it('has names that the kernel takes, and namespaces that are the cluster’s own', () => {
    assert.ok(plugOf(255).length <= 15);
    assert.notEqual(namespaceOf('/a', 1), namespaceOf('/b', 1));
    assert.notEqual(namespaceOf('/a', 1), namespaceOf('/a', 2));
  });

  it('gives the machine the first address, and each node its own', () => {
    assert.equal(addressIn('10.245.0.0/24', 0), '10.245.0.1');
    assert.equal(addressIn('10.245.0.0/24', 2), '10.245.0.3');
  });

  const overlaps: [one: string, other: string, expected: boolean][] = [
    ['10.245.0.0/24', '10.245.0.0/24', true],
    ['10.245.0.0/24', '10.245.0.7', true],
    ['10.245.0.0/24', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.245.0.0/24', true],
    ['10.245.0.0/24', '10.245.1.0/24', false],
    ['10.245.0.0/24', 'default', false],
    ['10.245.0.0/24', '0.0.0.0/0', false],
  ];
  for (const [one, other, expected] of overlaps)
    it(`${one} ${expected ? 'touches' : 'does not touch'} ${other}`, () => assert.equal(overlap(one, other), expected));

  it('takes a range that nobody has, and says when there is none', () => {
    assert.equal(freeRange([], ['10.1.0.0/24']), '10.1.0.0/24');
    assert.equal(freeRange(['10.1.0.0/16', 'default'], ['10.1.0.0/24', '10.2.0.0/24']), '10.2.0.0/24');
    assert.equal(freeRange(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']), undefined);
  });

  it('gives node n the n-th range of pods, or the next that is free', () => {
    assert.equal(podRangeFor('10.244.0.0/16', 2, ['10.244.0.0/24']), '10.244.2.0/24');
    assert.equal(podRangeFor('10.244.0.0/16', 1, ['10.244.1.0/24', '10.244.2.0/25']), '10.244.3.0/24');
    assert.equal(podRangeFor('10.244.0.0/16', 255, ['10.244.255.0/24', '10.244.0.0/24']), '10.244.1.0/24');
    assert.equal(podRangeFor('10.244.0.0/23', 1, ['10.244.0.0/23']), undefined);
    assert.equal(podRangeFor('10.244.0.0/26', 1, []), undefined);
  });

  it('leaves a cable pulled that is to be, and lets no rule touch packets between pods', () => {
    assert.deepEqual(cableSettings('/d', 1, '10.1.0.0/24', false).at(-1), ['link', 'set', 'orrery-n1', 'down']);
    assert.deepEqual(cableSettings('/d', 1, '10.1.0.0/24', true).at(-1), ['link', 'set', 'orrery-n1', 'up']);
    assert.match(rules('10.1.0.0/24', '10.244.0.0/16'), /-s 10\.1\.0\.0\/24 ! -d 10\.244\.0\.0\/16 .* MASQUERADE/);
  });
});
