/** What `port-forward` does (see port-forward.ts for its flags). */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Pod, Service } from '../../api/types.js';
import { pods, services } from '../../client/resources.js';
import { objectPath } from '../../client/rest/path.js';
import { sentenceFor } from '../exit.js';
import { Failure } from '../failure.js';
import { type Forward, forwardsOf } from '../objects/forwards.js';
import { openPodStream } from '../objects/pod-stream.js';
import { podsBehind } from '../objects/pods.js';
import { findResource, parseTargets } from '../objects/resolve.js';
import { untilState } from '../objects/states.js';
import { type Session, withSession } from '../session.js';
import type { PortForwardFlags } from './port-forward.js';

/** Until it is interrupted. */
export const portForward = (what: string, ports: readonly string[], flags: PortForwardFlags): Promise<void> =>
  withSession(flags, async session => {
    const [pod] = await podsBehind(session, what);
    if (!pod) throw new Failure(`${what} has no pods`);
    const forwards = forwardsOf(ports, pod, await serviceOf(session, what));
    await untilRunning(session, pod, flags.podRunningTimeout);
    const listeners = await Promise.all(
      (flags.address ?? ['localhost'])
        .flatMap(addressesOf)
        .flatMap(address => forwards.map(forward => listen(session, pod, forward, address))),
    );
    await once(process, 'SIGINT');
    for (const server of listeners) server.close();
    // Connections under way would keep the process alive.
    setImmediate(() => process.exit(0));
  });

/** What 'localhost' is, in both kinds of address. */
const addressesOf = (address: string): string[] => (address === 'localhost' ? ['127.0.0.1', '::1'] : [address]);

async function serviceOf(session: Session, what: string): Promise<Service | undefined> {
  if (!what.includes('/')) return undefined;
  const [target] = parseTargets([what], await session.resources());
  if (target?.resource.plural !== 'services' || target.name === undefined) return undefined;
  return session.client.get(services, { namespace: session.namespace, name: target.name });
}

async function untilRunning(session: Session, { metadata }: Pod, timeoutMs: number): Promise<void> {
  const { namespace = '', name = '' } = metadata;
  const target = { resource: findResource('pods', await session.resources()), namespace, name };
  const runs = await untilState(session.client, target, timeoutMs, pod => {
    const phase = (pod as Pod | undefined)?.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed')
      throw new Failure(`unable to forward port because pod is not running. Current status=${phase}`);
    return phase === 'Running';
  });
  if (!runs) throw new Failure(`unable to forward port because pod is not running. Current status=Pending`);
}

/** Resolves once it listens; its port is then known, also where any would do. */
async function listen(session: Session, pod: Pod, { local, remote }: Forward, address: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, socket => void carry(session, pod, remote, socket));
  try {
    await once(server.listen(local, address), 'listening');
  } catch (error) {
    throw new Failure(`unable to listen on ${address}:${local}: ${(error as Error).message}`);
  }
  const { port } = server.address() as AddressInfo;
  const here = address.includes(':') ? `[${address}]` : address;
  process.stdout.write(`Forwarding from ${here}:${port} -> ${remote}\n`);
  server.on('connection', () => process.stdout.write(`Handling connection for ${port}\n`));
  return server;
}

const dataChannel = 0;
const errorChannel = 1;

/** One connection is one WebSocket: data on one channel, what went wrong on another, each beginning with the port. */
async function carry({ client }: Session, { metadata }: Pod, remote: number, socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy()).pause();
  const { namespace = '', name = '' } = metadata;
  let stream: WebSocket;
  try {
    const path = `${objectPath(pods, { namespace, name }, 'portforward')}?ports=${remote}`;
    stream = await openPodStream(client.connection, path, ['v4.channel.k8s.io']);
  } catch (error) {
    process.stderr.write(`${sentenceFor(error) ?? String(error)}\n`);
    socket.destroy();
    return;
  }
  const begun = new Set<number>();
  stream.on('message', (message: Buffer) => {
    const channel = message[0] ?? errorChannel;
    const payload = message.subarray(1);
    // The first message of each channel is the number of the port.
    if (!begun.has(channel)) begun.add(channel);
    else if (channel === dataChannel) {
      if (!socket.write(payload)) {
        stream.pause();
        socket.once('drain', () => stream.resume());
      }
    } else if (payload.length > 0)
      process.stderr.write(`error: an error occurred forwarding to port ${remote}: ${payload.toString().trim()}\n`);
  });
  stream.on('close', () => socket.end()).on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => stream.send(Buffer.concat([Buffer.from([dataChannel]), chunk])));
  socket.on('close', () => stream.close());
  socket.on('end', () => socket.end());
  socket.resume();
}
