import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { neededPorts, requireFree, requireFreePorts } from './ports.js';

describe('the ports of a cluster', () => {
  let other: Server;
  let taken: number;
  before(async () => {
    other = createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    taken = (other.address() as AddressInfo).port;
  });
  after(() => other.close());

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  it('may be any that are free', async () => {
    await requireFreePorts({ port: await freePort(), kubeletPort: await freePort() });
  });

  it('are refused with who needs it, who has it and the flag that chooses another', async () => {
    const free = await freePort();
    await assert.rejects(
      requireFreePorts({ port: taken, kubeletPort: free }),
      new RegExp(
        `port ${taken}, which the API server needs, is taken by (.+ \\(pid ${process.pid}\\)|another program): stop it, .* --port\\.`,
      ),
    );
    await assert.rejects(
      requireFreePorts({ port: free, kubeletPort: taken }),
      /which the kubelet needs.* --kubelet-port\./,
    );
    await assert.rejects(
      requireFreePorts({ port: free, kubeletPort: free }),
      new RegExp(`the API server and the kubelet cannot both have port ${free}: choose another with --kubelet-port\\.`),
    );
  });

  it('are more when control planes are several', () => {
    const ports = { port: 6443, kubeletPort: 10250, controlPlanes: 3, datastore: 'etcd' };
    assert.deepEqual(
      neededPorts(ports).map(({ address = '', port, who }) => `${who} ${address}:${port}`),
      [
        ...[
          'the API server :6443',
          'apiserver-1 :6444',
          'apiserver-2 :6445',
          'apiserver-3 :6446',
          'the kubelet :10250',
        ],
        ...['etcd-1 127.0.0.2:2379', 'etcd-1 127.0.0.2:2380', 'etcd-2 127.0.0.3:2379', 'etcd-2 127.0.0.3:2380'],
        ...['etcd-3 127.0.0.4:2379', 'etcd-3 127.0.0.4:2380'],
      ],
    );
    assert.equal(neededPorts({ ...ports, datastore: 'etcd://192.0.2.1:2379' }).length, 5);
  });

  it('of several control planes must not meet, and must be ports', async () => {
    const refused = (ports: object, why: RegExp) => assert.rejects(requireFreePorts(ports), why);
    await refused({ port: 6443, kubeletPort: 6445, controlPlanes: 3 }, /apiserver-2 and the kubelet cannot both have/);
    await refused(
      { port: 2378, controlPlanes: 3, datastore: 'etcd' },
      /apiserver-1 and etcd-1 cannot both have port 2379: choose another with --etcd-port/,
    );
    await refused(
      { port: 65_534, controlPlanes: 3 },
      /apiserver-2 would have port 65536, and the last is 65535: choose a lower one with --port/,
    );
  });

  it('may need an address that the machine lacks, as macOS does, and say how it comes', async () => {
    const member = { port: 2379, address: '203.0.113.7', who: 'etcd-1', flag: '--etcd-port' };
    await assert.rejects(
      requireFree(member),
      /no address 203\.0\.113\.7, which etcd-1 needs: .* lo0 alias 203\.0\.113\.7/,
    );
  });
});
