/** One question to one server, and its answer: the network's part of forwarding. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { Frames, frame } from '../wire/frames.js';
import type { Transport } from '../wire/message.js';

export interface Server {
  /** IPv4 or IPv6, of a link with its '%eth0'. */
  address: string;
  port: number;
}

/** Resolves with the first message that pleases. Rejects when the server cannot be reached, or the signal aborts. */
export type Exchange = (
  server: Server,
  message: Buffer,
  transport: Transport,
  pleases: (answer: Buffer) => boolean,
  signal: AbortSignal,
) => Promise<Buffer>;

export const exchange: Exchange = (server, message, transport, pleases, signal) =>
  (transport === 'udp' ? overUdp : overTcp)(server, message, pleases, signal);

type Over = (
  server: Server,
  message: Buffer,
  pleases: (answer: Buffer) => boolean,
  signal: AbortSignal,
) => Promise<Buffer>;

/** From a port of its own, which nobody else can guess; connected, so that a closed port is heard of at once. */
const overUdp: Over = ({ address, port }, message, pleases, signal) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      // A second end is that of a socket which is closed already.
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      settle();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const aborted = (): void => fail(new Error('no answer in time'));
    socket.on('error', fail);
    socket.on('message', answer => pleases(answer) && end(() => resolve(answer)));
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('connect', () => socket.send(message, error => error && fail(error)));
    socket.connect(port, address);
  });

const overTcp: Over = ({ address, port }, message, pleases, signal) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: address });
    const frames = new Frames();
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      socket.removeAllListeners().on('error', () => undefined);
      socket.destroy();
      settle();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const aborted = (): void => fail(new Error('no answer in time'));
    socket.on('error', fail);
    socket.on('end', () => fail(new Error('the connection ended without an answer')));
    socket.on('data', chunk => {
      const answer = frames.push(chunk).find(pleases);
      if (answer) end(() => resolve(answer));
    });
    signal.addEventListener('abort', aborted, { once: true });
    socket.write(frame(message));
  });
