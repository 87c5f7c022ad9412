import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { decideConfig, type Machine } from './decide-config.js';
import { type ClusterConfig, defaults } from './layout.js';

const ipv4 = (address: string, internal = false): NetworkInterfaceInfo[] => [
  { address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '00:00:00:00:00:00', cidr: `${address}/24` },
];
const machineAt = (...addresses: string[]): Machine => ({
  hostname: 'Ada_Laptop',
  interfaces: {
    lo: ipv4('127.0.0.1', true),
    ...Object.fromEntries(addresses.map((address, i) => [`eth${i}`, ipv4(address)])),
  },
});
const earlier: ClusterConfig = { ...defaults, nodeName: 'n1', address: '192.0.2.1' };
const machine = machineAt('192.0.2.1', '192.0.2.9');

describe('what a cluster is started with', () => {
  it('is its earlier life, unless a flag says otherwise', () => {
    assert.deepEqual(decideConfig(earlier, {}, false, machine), earlier);
    assert.equal(decideConfig(earlier, { port: 7443 }, false, machine).port, 7443);
    assert.equal(decideConfig(earlier, { address: '192.0.2.9' }, false, machine).address, '192.0.2.9');
  });

  it('is the defaults, the machine and the flags the first time', () => {
    assert.deepEqual(decideConfig(undefined, {}, false, machine), {
      ...defaults,
      address: '192.0.2.1',
      nodeName: 'ada-laptop',
    });
    const flags = { address: '192.0.2.9', nodeName: 'x' };
    assert.deepEqual(decideConfig(undefined, flags, false, machine), { ...defaults, ...flags });
  });

  it('may have more nodes at any time', () => {
    assert.equal(decideConfig(earlier, { nodes: 3 }, true, machine).nodes, 3);
    assert.equal(decideConfig({ ...earlier, nodes: 3 }, {}, true, machine).nodes, 3);
  });

  it('has an etcd of its own, unless another is named, when its control planes are several', () => {
    const flags = { controlPlanes: 3 };
    assert.equal(decideConfig(undefined, flags, false, machine).datastore, 'etcd');
    const datastore = 'etcd://192.0.2.7:2379';
    assert.equal(decideConfig(undefined, { ...flags, datastore }, false, machine).datastore, datastore);
    const several: ClusterConfig = { ...earlier, ...flags, datastore: 'etcd' };
    assert.deepEqual(decideConfig(several, {}, false, machine), several);
    assert.deepEqual(decideConfig(several, flags, true, machine), several);
    assert.equal(decideConfig(undefined, { datastore: 'etcd' }, false, machine).controlPlanes, undefined);
  });

  it('may be said to be what is usual', () => {
    const usual = { nodes: 1, controlPlanes: 1, etcdPort: 2379 };
    assert.equal(decideConfig(earlier, usual, true, machine).controlPlanes, 1);
  });

  it("follows the machine's address when that has changed", () => {
    assert.equal(decideConfig(earlier, {}, false, machineAt('192.0.2.77')).address, '192.0.2.77');
  });

  const refusals: [
    what: string,
    earlier: ClusterConfig | undefined,
    Partial<ClusterConfig>,
    boolean,
    Machine,
    RegExp,
  ][] = [
    [
      'another port under a running cluster',
      earlier,
      { port: 7443 },
      true,
      machine,
      /running with another port: run 'sudo \.\/orrery down' first/,
    ],
    [
      'fewer nodes than there are',
      { ...earlier, nodes: 3 },
      { nodes: 2 },
      false,
      machine,
      /has 3 nodes on this machine, and cannot have 2: .*'sudo \.\/orrery node stop'/,
    ],
    [
      'a change on which stored objects depend',
      earlier,
      { serviceCidr: '10.0.0.0/16' },
      false,
      machine,
      /serviceCidr cannot change .* 'sudo \.\/orrery reset' first/,
    ],
    [
      'another number of control planes, also while it runs',
      earlier,
      { controlPlanes: 3 },
      true,
      machine,
      /the number of control planes cannot change in a cluster that exists: run 'sudo \.\/orrery reset' first/,
    ],
    [
      'several control planes over a store that is for one',
      undefined,
      { controlPlanes: 3, datastore: 'lmdb' },
      false,
      machine,
      /3 control planes cannot share lmdb, .*: leave --datastore out, .* or name one with etcd:\/\/host:port/,
    ],
    ['another node name', earlier, { nodeName: 'n2' }, false, machine, /nodeName cannot change/],
    [
      'an address that the machine has not',
      undefined,
      { address: '203.0.113.1' },
      false,
      machine,
      /no interface of this machine has the address 203\.0\.113\.1/,
    ],
    [
      'the address that every pod has',
      undefined,
      { address: '127.0.0.1' },
      false,
      machine,
      /has the address 127\.0\.0\.1/,
    ],
    [
      'an address that has gone under a running cluster',
      earlier,
      {},
      true,
      machineAt('192.0.2.77'),
      /no longer has the address 192\.0\.2\.1 .*: run 'sudo \.\/orrery down', then 'sudo \.\/orrery up'/,
    ],
    [
      'a machine without any',
      undefined,
      {},
      false,
      machineAt(),
      /has no network address .*: connect it, or run '.*192\.0\.2\.1\/32 dev lo' and add --address 192\.0\.2\.1/,
    ],
  ];
  for (const [what, before, flags, running, on, sentence] of refusals) {
    it(`refuses ${what}`, () => assert.throws(() => decideConfig(before, flags, running, on), sentence));
  }

  it('is the same when a running cluster is asked for what it has', () => {
    assert.deepEqual(decideConfig(earlier, { port: earlier.port }, true, machine), earlier);
  });

  it('takes an address that was put on the loopback interface, as its own sentence advises', () => {
    const alone: Machine = {
      hostname: 'h',
      interfaces: { lo: [...ipv4('127.0.0.1', true), ...ipv4('192.0.2.1', true)] },
    };
    assert.equal(decideConfig(undefined, { address: '192.0.2.1' }, false, alone).address, '192.0.2.1');
    assert.equal(decideConfig({ ...earlier, address: '192.0.2.1' }, {}, false, alone).address, '192.0.2.1');
  });
});
