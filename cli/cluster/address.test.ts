import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { nodeAddress, nodeNameFrom } from './address.js';

const ipv4 = (address: string, internal = false): NetworkInterfaceInfo[] => [
  { address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '00:00:00:00:00:00', cidr: `${address}/24` },
];

describe('the address of a node', () => {
  it("is the first that is neither loopback, link-local nor an engine's bridge", () => {
    const table: [NodeJS.Dict<NetworkInterfaceInfo[]>, string | undefined][] = [
      [{ lo: ipv4('127.0.0.1', true), eth0: ipv4('192.0.2.7') }, '192.0.2.7'],
      [{ lo: ipv4('127.0.0.1', true), docker0: ipv4('172.17.0.1'), wlan0: ipv4('192.0.2.8') }, '192.0.2.8'],
      [{ lo: ipv4('127.0.0.1', true), orrery0: ipv4('10.244.0.1') }, undefined],
      [{ eth0: ipv4('169.254.3.4') }, undefined],
    ];
    for (const [interfaces, expected] of table) assert.equal(nodeAddress(interfaces), expected);
  });
});

describe('the name of a node', () => {
  it('is a DNS name whatever the machine is called', () => {
    assert.equal(nodeNameFrom('Ada_Laptop'), 'ada-laptop');
    assert.equal(nodeNameFrom('web.example.org'), 'web.example.org');
    assert.equal(nodeNameFrom('__'), 'node');
  });
});
