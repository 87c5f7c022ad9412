import assert from 'node:assert/strict';
import { addressIn, cableSettings, freeRange, namespaceOf, plugOf, rules } from './wiring.js';

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

  it('takes a range that nobody has, and says when there is none', () => {
    assert.equal(freeRange([], ['10.1.0.0/24']), '10.1.0.0/24');
    assert.equal(freeRange(['10.1.0.0/16', 'default'], ['10.1.0.0/24', '10.2.0.0/24']), '10.2.0.0/24');
    assert.equal(freeRange(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']), undefined);
  });

  it('lets a packet back to the node that it came from', () => {
    const hairpin = ['link', 'set', 'orrery-n1', 'type', 'bridge_slave', 'hairpin', 'on'];
    const said = cableSettings('/d', 1, '10.1.0.0/24', true).map(words => words.join(' '));
    const plugged = said.indexOf('link set orrery-n1 master orrery-nodes');
    assert.ok(plugged >= 0 && plugged < said.indexOf(hairpin.join(' ')), 'once it is in the bridge');
  });

  it('leaves a cable pulled that is to be, and lets no rule touch packets between pods', () => {
    assert.deepEqual(cableSettings('/d', 1, '10.1.0.0/24', false).at(-1), ['link', 'set', 'orrery-n1', 'down']);
    assert.deepEqual(cableSettings('/d', 1, '10.1.0.0/24', true).at(-1), ['link', 'set', 'orrery-n1', 'up']);
    assert.match(rules('10.1.0.0/24', '10.244.0.0/16'), /-s 10\.1\.0\.0\/24 ! -d 10\.244\.0\.0\/16 .* MASQUERADE/);
  });
});
