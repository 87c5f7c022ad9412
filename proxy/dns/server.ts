/** Listens for questions, over UDP and TCP at one address and port. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { Frames, frame } from './wire/frames.js';
import type { Transport } from './wire/message.js';

/** How many clients may be connected, how long one may be silent, and how many questions of one are worked at. */
const connections = { most: 256, silentMs: 10_000, questions: 32 };

export interface ListenOptions {
  address: string;
  /** 0: any that is free. */
  port: number;
  respond(message: Buffer, transport: Transport): Promise<Buffer | undefined>;
  log: Logger;
}

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Rejects when the address is not this machine's, or the port is taken. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const stream = await listenTcp(options);
  const { port } = stream.server.address() as { port: number };
  try {
    const datagrams = await listenUdp({ ...options, port });
    return {
      port,
      async close() {
        datagrams.close();
        await stream.close();
      },
    };
  } catch (error) {
    await stream.close();
    throw error;
  }
}

async function listenUdp({ address, port, respond, log }: ListenOptions): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  let isOpen = true;
  socket.once('close', () => {
    isOpen = false;
  });
  socket.on('message', (message, from) => {
    respond(message, 'udp').then(
      // Whether it arrives is not ours to see to: its client asks again.
      answer => answer && isOpen && socket.send(answer, from.port, from.address, () => undefined),
      error => complain(log, error),
    );
  });
  socket.bind({ address, port });
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', error => complain(log, error));
  return socket;
}

async function listenTcp(options: ListenOptions): Promise<{ server: Server; close(): Promise<void> }> {
  const { address, port, log } = options;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    converse(socket, options);
  });
  server.maxConnections = connections.most;
  server.listen(port, address);
  await once(server, 'listening');
  server.on('error', error => complain(log, error));
  return {
    server,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** One client's questions, of which the next ones may come before the first is answered. */
function converse(socket: Socket, { respond, log }: ListenOptions): void {
  const frames = new Frames();
  let waiting = 0;
  // Who has asked all its questions may say so before it has all answers.
  let isOver = false;
  const endIfDone = (): void => void (isOver && waiting === 0 && socket.end());
  const take = (message: Buffer): void => {
    waiting += 1;
    respond(message, 'tcp')
      .then(
        answer => (answer && !socket.destroyed ? socket.write(frame(answer)) : socket.destroy()),
        error => {
          complain(log, error);
          socket.destroy();
        },
      )
      .finally(() => {
        waiting -= 1;
        if (waiting < connections.questions) socket.resume();
        endIfDone();
      });
  };
  socket.setTimeout(connections.silentMs, () => socket.destroy());
  // A client that goes away is nobody's error.
  socket.on('error', () => socket.destroy());
  socket.on('end', () => {
    isOver = true;
    endIfDone();
  });
  socket.on('data', piece => {
    for (const message of frames.push(piece)) take(message);
    if (waiting >= connections.questions) socket.pause();
  });
}

const complain = (log: Logger, error: unknown): void =>
  log.error({ err: error }, 'a question to the DNS could not be answered');
