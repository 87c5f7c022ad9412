/**
 * exec and attach for WebSocket clients: their v5.channel.k8s.io messages become streams of a SPDY connection to the
 * kubelet. A message is a channel's number and its bytes; v5 is v4 with a way to close stdin.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { statusError } from '../../api/status.js';
import type { Upgraded } from './kubelets.js';
import type { ExecOptions } from './options.js';
import { SpdySession } from './spdy/session.js';

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
type Channel = keyof typeof channels;
/** Its message names, in one byte, the channel that the client has finished with. */
const closeSignal = 255;

/** What waits in a client's socket before we read no more from the kubelet. */
const highWater = 1 << 20;

/** Which streams a command has. The kubelet waits for all of them before it begins. */
export function channelsFor({ stdin, stdout, stderr, tty }: ExecOptions): Channel[] {
  const wanted = { error: true, stdin, stdout, stderr, resize: tty };
  return (Object.keys(wanted) as Channel[]).filter(channel => wanted[channel]);
}

/** Resolves when both connections are closed. Never throws: what fails is told on the client's error channel. */
export async function translateExec(client: WebSocket, kubelet: Upgraded, options: ExecOptions): Promise<void> {
  const { socket, first } = kubelet;
  const session = new SpdySession(socket);
  let statusSent = false;
  const listener = (channel: Channel) => ({
    data: (chunk: Buffer): Promise<void> => {
      statusSent ||= channel === 'error';
      return send(client, channel, chunk);
    },
  });
  client.pause();
  client.on('close', () => socket.destroy());
  client.on('error', () => socket.destroy());
  // Reading the session reports the error; without a listener as well, one that comes later would end the process.
  socket.on('error', () => socket.destroy());
  const begin = async (): Promise<void> => {
    const opened = await Promise.all(
      channelsFor(options).map(async channel => {
        const id = await session.open({ streamtype: channel }, listener(channel));
        return [channels[channel], id] as const;
      }),
    );
    await send(client, options.stdout ? 'stdout' : 'error', Buffer.alloc(0));
    passInput(client, session, socket, new Map(opened));
  };
  let lost = 'the kubelet closed the connection before the command had ended';
  try {
    await Promise.all([session.run(first), begin()]);
  } catch (error) {
    lost = `the connection to the kubelet broke: ${(error as Error).message}`;
  }
  if (!statusSent) await send(client, 'error', Buffer.from(JSON.stringify(statusError('InternalError', lost).status)));
  client.close(1000);
  socket.destroy();
}

/** Resolves at once while the client keeps up, and otherwise when it has caught up, or gone. */
function send(client: WebSocket, channel: Channel, chunk: Buffer): Promise<void> {
  return new Promise(resolve => {
    const congested = client.bufferedAmount > highWater;
    client.send(Buffer.concat([Buffer.of(channels[channel]), chunk]), () => resolve());
    if (!congested) resolve();
  });
}

/** `streams` maps the client's channels to the kubelet's streams. Other channels are not ours to write on. */
function passInput(
  client: WebSocket,
  session: SpdySession,
  socket: Duplex,
  streams: ReadonlyMap<number, number>,
): void {
  client.on('message', (message: RawData) => {
    const bytes = message as Buffer;
    const channel = bytes[0];
    if (channel === closeSignal) {
      const id = streams.get(bytes[1] ?? -1);
      if (id !== undefined) session.end(id);
      return;
    }
    const writable = channel === channels.stdin || channel === channels.resize;
    const id = writable ? streams.get(channel) : undefined;
    if (id === undefined || session.write(id, bytes.subarray(1))) return;
    client.pause();
    socket.once('drain', () => client.resume());
  });
  client.resume();
}
