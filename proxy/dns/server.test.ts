/** Questions over real sockets on loopback: to us, and from us to another server. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { silentLog } from '../../client/testing/log.js';
import { type Listening, listen } from './server.js';
import { exchange } from './upstream/exchange.js';
import { Frames, frame } from './wire/frames.js';

const address = '127.0.0.1';
const text = (message: Buffer): string => message.toString();
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

describe('proxy/dns: on the network', () => {
  let server: Listening;
  const open: Socket[] = [];
  before(async () => {
    server = await listen({
      address,
      port: 0,
      log: silentLog,
      async respond(message, transport) {
        if (text(message) === 'nonsense') return undefined;
        if (text(message) === 'fault') throw new Error('a fault of ours');
        return Buffer.from(`${transport} ${message}`);
      },
    });
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    await server.close();
  });

  const ask = (message: string, transport: 'udp' | 'tcp', port = server.port): Promise<string> =>
    exchange({ address, port }, Buffer.from(message), transport, () => true, soon()).then(text);

  function client(): { socket: Socket; send(...messages: string[]): void; hear(count: number): Promise<string[]> } {
    const socket = connect({ port: server.port, host: address });
    open.push(socket);
    const frames = new Frames();
    const heard: string[] = [];
    socket.on('data', piece => heard.push(...frames.push(piece).map(text)));
    return {
      socket,
      send: (...messages) => void socket.write(Buffer.concat(messages.map(message => frame(Buffer.from(message))))),
      async hear(count) {
        while (heard.length < count) await once(socket, 'data');
        return heard;
      },
    };
  }

  it('answers datagrams and connections on one port, also after nonsense and a fault', async () => {
    for (const bad of ['nonsense', 'fault']) {
      const socket = createSocket('udp4');
      socket.send(bad, server.port, address, () => socket.close());
      await once(socket, 'close');
      await assert.rejects(ask(bad, 'tcp'), /ended without an answer|ECONNRESET/);
    }
    assert.equal(await ask('a', 'udp'), 'udp a');
    assert.equal(await ask('b', 'tcp'), 'tcp b');
  });

  it('a connection may bring many questions at once, more than are worked at, and no more after them', async () => {
    const { send, hear, socket } = client();
    const all = Array.from({ length: 200 }, (_, i) => String(i));
    send(...all);
    send('last');
    socket.end();
    assert.deepEqual(
      await hear(201),
      [...all, 'last'].map(one => `tcp ${one}`),
    );
  });

  it('a port that is taken is an error, and leaves nothing open', async () => {
    const taken = { address, port: server.port, log: silentLog, respond: async () => undefined };
    await assert.rejects(listen(taken), /EADDRINUSE/);
    const datagrams = createSocket('udp4').bind({ address });
    await once(datagrams, 'listening');
    const { port } = datagrams.address();
    await assert.rejects(listen({ ...taken, port }), /EADDRINUSE/);
    const again = createServer().listen(port, address);
    await once(again, 'listening');
    again.close();
    datagrams.close();
  });

  describe('asking others', () => {
    it('a port where nobody listens is heard of at once', async () => {
      const { port, close } = await listen({ address, port: 0, log: silentLog, respond: async () => undefined });
      await close();
      for (const transport of ['udp', 'tcp'] as const) await assert.rejects(ask('x', transport, port), /ECONNREFUSED/);
    });

    it('who does not answer is given up', async () => {
      const silent = createSocket('udp4').bind({ address });
      await once(silent, 'listening');
      const giveUp = new AbortController();
      const asked = exchange(
        { address, port: silent.address().port },
        Buffer.from('x'),
        'udp',
        () => true,
        giveUp.signal,
      );
      await once(silent, 'message');
      giveUp.abort();
      await assert.rejects(asked, /no answer in time/);
      silent.close();
    });

    it('an answer that does not please is passed over', async () => {
      const liar = createSocket('udp4').bind({ address });
      await once(liar, 'listening');
      liar.on('message', (_, from) => {
        for (const answer of ['wrong', 'right']) liar.send(answer, from.port, from.address);
      });
      const pleases = (answer: Buffer): boolean => text(answer) === 'right';
      const { port } = liar.address();
      assert.equal(text(await exchange({ address, port }, Buffer.from('x'), 'udp', pleases, soon())), 'right');
      liar.close();
    });
  });
});
