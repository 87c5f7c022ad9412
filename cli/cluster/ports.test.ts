import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { requireFreePorts } from './ports.js';

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
    await assert.rejects(requireFreePorts({ port: free, kubeletPort: free }), /cannot both have port/);
  });
});
