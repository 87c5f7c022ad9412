import assert from 'node:assert/strict';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionError } from '../client.js';
import { pods } from '../resources.js';
import type { Answer, Call } from './call.js';
import { connect } from './connect.js';
import { RequestPool } from './request-pool.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe('the requests of a busy client', () => {
  let server: http.Server;
  let address: string;
  let seen: string[];
  let handle: Handler;
  let pool: RequestPool;

  const call = (method: string, more: Partial<Call> = {}): Call => ({
    method,
    path: '/api/v1/pods?limit=1',
    headers: { accept: 'application/json' },
    timeoutMs: 60_000,
    ...more,
  });
  const text = ({ body }: Answer): string => {
    assert.ok(Buffer.isBuffer(body), 'the answer is whole');
    return body.toString();
  };

  beforeEach(async () => {
    seen = [];
    handle = (_, response) => response.end('{}');
    server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url}`);
        handle(request, response, Buffer.concat(chunks).toString());
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    pool = await RequestPool.open({ server: `${address}/k8s`, namespace: 'default' });
  });

  afterEach(async () => {
    pool.close();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  it('carry path, headers and body, and answer whatever the server says', async () => {
    handle = ({ headers }, response, body) => {
      response.writeHead(409, { 'retry-after': '3' });
      response.write(`${headers.accept} ${headers.authorization} `, () => response.end(body));
    };
    const answer = await pool.send(call('POST', { body: '{"ä":1}' }), { authorization: 'Bearer t' });
    assert.equal(answer.status, 409);
    assert.equal(answer.headers['retry-after'], '3');
    assert.equal(text(answer), 'application/json Bearer t {"ä":1}');
    assert.deepEqual(seen, ['POST /k8s/api/v1/pods?limit=1']);
  });

  it('are sent again when the connection was closed, if twice is as good as once', async () => {
    handle = (_, response) => {
      if (seen.length % 2 === 1) response.socket?.destroy();
      else response.end('{}');
    };
    assert.equal(text(await pool.send(call('PUT', { body: '{}' }), {})), '{}');
    assert.equal(seen.length, 2);
    await assert.rejects(
      pool.send(call('POST', { body: '{}' }), {}),
      (error: Error) => error instanceof ConnectionError && /closed before the answer came/.test(error.message),
    );
    assert.equal(seen.length, 3);
  });

  it('are not sent for ever to a server that closes each connection', async () => {
    handle = (_, response) => response.socket?.destroy();
    await assert.rejects(pool.send(call('GET'), {}), ConnectionError);
    assert.equal(seen.length, 2);
  });

  it('keep their connection, whatever the method', async () => {
    let sockets = 0;
    server.on('connection', () => sockets++);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'DELETE', 'DELETE', 'DELETE', 'GET', 'DELETE']) {
      await pool.send(call(method, method === 'GET' ? {} : { body: '{}' }), {});
    }
    assert.ok(sockets <= 2, `${sockets} connections were opened`);
  });

  it('say that nothing answers', async () => {
    await new Promise(resolve => server.close(resolve));
    await assert.rejects(pool.send(call('GET'), {}), /connection refused; is the API server running there/);
  });

  it('end with the reason of their signal, sent or not', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    handle = () => stop.abort(new Error('enough'));
    const asked = Array.from({ length: 40 }, () => pool.send(call('GET', { signal }), {}));
    for (const one of await Promise.allSettled(asked)) {
      assert.equal(one.status === 'rejected' && (one.reason as Error).message, 'enough');
    }
    assert.ok(seen.length <= 16, 'no more were sent than there are connections');
    await assert.rejects(pool.send(call('GET', { signal }), {}), /enough/);
  });

  it('are those of any client once it asks so often in a second', async () => {
    const client = connect({ server: address, namespace: 'default' });
    const list = () => client.list(pods);
    // undici writes the names of headers as they were given, and its own in small letters.
    let byUndici = false;
    handle = ({ rawHeaders }, response) => {
      byUndici = rawHeaders.includes('host');
      response.end('{"items":[]}');
    };
    await Promise.all(Array.from({ length: 149 }, list));
    assert.ok(!byUndici);
    while (!byUndici) assert.deepEqual((await list()).items, []);
    handle = (_, response) => {
      response.writeHead(404);
      response.end();
    };
    await assert.rejects(list(), /could not find the requested resource/);
    await client.close();
    await assert.rejects(list(), ConnectionError);
  });
});
