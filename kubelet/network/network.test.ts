import assert from 'node:assert/strict';
import { cniConfig } from './cni.js';
import { chainOf, podRules } from './rules.js';

describe("the pods' network", () => {
  it('is a bridge with addresses of the range, hairpin and host ports', () => {
    const config = JSON.parse(cniConfig({ bridge: 'b0', podCidr: '10.1.0.0/24', ipamDir: '/d', mtu: 1400 }));
    assert.equal(config.name, 'b0');
    const [bridge, portmap] = config.plugins;
    assert.deepEqual(bridge.ipam.ranges, [[{ subnet: '10.1.0.0/24' }]]);
    assert.equal(bridge.ipam.dataDir, '/d');
    assert.equal(bridge.mtu, 1400);
    assert.equal(bridge.hairpinMode, true);
    assert.deepEqual(portmap.capabilities, { portMappings: true });
  });

  it('masquerades what leaves the cluster, in a chain of its own', () => {
    const rules = podRules({ bridge: 'b0', podCidr: '10.1.0.0/24', clusterCidr: '10.1.0.0/16' });
    assert.match(rules, /^-A ORRERY-PODS-b0 -s 10\.1\.0\.0\/24 ! -d 10\.1\.0\.0\/16 ! -o b0 .* -j MASQUERADE$/m);
    assert.equal(rules.match(/^COMMIT$/gm)?.length, 2);
  });
  it('has chains whose names the kernel takes', () => assert.ok(chainOf('x'.repeat(15)).length <= 28));
});
