import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { type ClientHttp2Stream, connect, constants, createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AnyRequest, AnyResponse } from './express-graft.js';
import { send } from './node-response.js';

/** As a list's: small ones, one that fills a piece to the byte, and ones that are larger than any. */
const sizes = [...Array<number>(300).fill(2900), 128 * 1024, 300_000, 1, ...Array<number>(300).fill(1), 200_000];
const parts = sizes.map((size, i) => Buffer.alloc(size, `${i};`));
const whole = Buffer.concat(parts);

describe('an answer in many parts', () => {
  let sent: Promise<void>[] = [];
  const serve = (request: AnyRequest, response: AnyResponse): void => {
    sent.push(Promise.resolve(send(request, response, { status: 200, headers: {}, body: parts })));
  };
  let servers: Pick<Server, 'listen' | 'address' | 'close'>[] = [];
  const listening = async (server: Server | ReturnType<typeof createHttp2>): Promise<string> => {
    servers.push(server as Server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    for (const server of servers) server.close();
    servers = [];
    sent = [];
  });

  const overHttp1 = async (): Promise<Readable> => {
    const request = get(await listening(createServer(serve)), { agent: false });
    const [answer] = (await once(request, 'response')) as [Readable];
    return answer;
  };
  const overHttp2 = async (): Promise<Readable> => {
    const session = connect(await listening(createHttp2(serve)));
    const stream = session.request({ ':path': '/' });
    stream.once('close', () => session.close());
    await once(stream, 'response');
    return stream;
  };

  for (const [protocol, open] of [
    ['HTTP/1.1', overHttp1],
    ['HTTP/2', overHttp2],
  ] as const) {
    it(`comes whole over ${protocol}, to a client that begins late`, async () => {
      const answer = await open();
      // What the connection has no room for waits at the server, which must not fill its block anew meanwhile.
      for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
      assert.ok(whole.equals(await buffer(answer)));
      await Promise.all(sent);
    });

    it(`is given up over ${protocol} when the client leaves`, async () => {
      const answer = await open();
      if ('close' in answer) (answer as ClientHttp2Stream).close(constants.NGHTTP2_CANCEL);
      else answer.destroy();
      await Promise.all(sent);
    });
  }
});
