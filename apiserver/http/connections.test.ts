import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect as connectHttp2, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { ensurePki } from '../pki/index.js';
import { secureServer } from './connections.js';

describe('connections', function () {
  this.timeout(60_000);
  let dir: string;
  let server: Http2SecureServer;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'orrery-connections-'));
    const identity = { dataDir: dir, nodeName: 'n', addresses: ['127.0.0.1'], now: Date.now(), server: 'https://x:1' };
    const { apiserver, ca } = await ensurePki(identity);
    const [key, cert, authority] = await Promise.all(
      [apiserver.key, apiserver.cert, ca.cert].map(path => readFile(path)),
    );
    const keys = { key: key as Buffer, cert: cert as Buffer, ca: [authority as Buffer] };
    server = secureServer(keys, { idleMs: 300, headMs: 600 });
    server.on('request', (request, response) => {
      if (request.url === '/held') response.write('held');
      else response.end('ok');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    server.close();
    await rm(dir, { recursive: true });
  });

  const port = (): number => (server.address() as AddressInfo).port;
  const socket = async (ALPNProtocols: string[]) => {
    const made = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols });
    made.on('error', () => undefined);
    await once(made, 'secureConnect');
    return made;
  };

  it('of HTTP/1.1 are closed when nothing more is asked, and not before', async () => {
    const client = await socket(['http/1.1']);
    let said = '';
    client.on('data', data => {
      said += data;
    });
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(client, 'close');
    assert.equal(said.match(/HTTP\/1.1 200 OK/g)?.length, 2);
  });

  it('whose first request, or its head, does not come are closed', () => {
    // Node does it, every half a minute: too long to wait for.
    const { headersTimeout, requestTimeout } = server as unknown as Server;
    assert.deepEqual([headersTimeout, requestTimeout], [600, 0]);
  });

  it('of HTTP/2 are told to go elsewhere when nothing is asked; what is under way goes on', async () => {
    const client = connectHttp2(`https://127.0.0.1:${port()}`, { rejectUnauthorized: false });
    const held = client.request({ ':path': '/held' });
    held.setEncoding('utf8');
    const [[said]] = await Promise.all([once(held, 'data'), once(client, 'goaway')]);
    assert.equal(said, 'held');
    assert.equal(held.closed, false);
    held.close();
    await once(client, 'close');
  });
});
