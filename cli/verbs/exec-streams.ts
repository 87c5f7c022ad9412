/** The streams of `exec` and `attach` over a WebSocket, each message beginning with the number of its stream. */
import type { ReadStream } from 'node:tty';
import type { WebSocket } from 'ws';
import type { Pod, Status } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import { objectPath } from '../../client/rest/path.js';
import { Failure } from '../failure.js';
import { openPodStream, streamProtocols } from '../objects/pod-stream.js';
import type { Session } from '../session.js';

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export interface Streams {
  stdin: boolean;
  /** The terminal is taken over while the command runs. */
  tty: boolean;
}

/** What is asked of a container's process; `tty`: its output comes in one stream, as from a terminal. */
interface Asked {
  container: string;
  tty: boolean;
  /** Of `exec`. */
  command?: readonly string[];
}

/** Carries the streams between us and a container's process until that ends; answers its exit code. */
export async function speakWith(
  { client, namespace }: Session,
  { metadata: { name = '' } }: Pod,
  subresource: 'exec' | 'attach',
  { container, tty, command = [] }: Asked,
  streams: Streams,
): Promise<number> {
  const wanted = { stdin: streams.stdin, stdout: true, stderr: !tty, tty };
  const search = new URLSearchParams({ container });
  for (const [stream, is] of Object.entries(wanted)) search.set(stream, String(is));
  for (const word of command) search.append('command', word);
  const path = objectPath(pods, { namespace, name }, subresource);
  return exitCodeOf(await converse(await openPodStream(client.connection, `${path}?${search}`), streams));
}

type Send = (stream: number, data: Buffer | string) => void;

/** Carries the streams until the command ends. Resolves to the server's last word on it, a Status as JSON. */
function converse(socket: WebSocket, { stdin, tty }: Streams): Promise<string> {
  const send: Send = (stream, data) => socket.send(Buffer.concat([Buffer.from([stream]), Buffer.from(data)]));
  const restore = tty ? takeTerminal(size => send(channel.resize, JSON.stringify(size))) : () => undefined;
  if (stdin) pumpStdin(socket, send);
  return new Promise<string>((resolve, reject) => {
    let last: string | undefined;
    socket.on('message', (data: Buffer) => {
      const payload = data.subarray(1);
      if (data[0] === channel.stdout) give(socket, process.stdout, payload);
      else if (data[0] === channel.stderr) give(socket, process.stderr, payload);
      else if (data[0] === channel.error) last = payload.toString();
    });
    socket.once('error', error => reject(new Failure(`the connection broke: ${error.message}`)));
    socket.once('close', () => {
      if (last === undefined) reject(new Failure('the connection closed before the command had ended'));
      else resolve(last);
    });
  }).finally(() => {
    restore();
    process.stdin.destroy();
  });
}

/** As fast as the reader takes it, and no faster. */
function give(socket: WebSocket, out: NodeJS.WriteStream, payload: Buffer): void {
  if (out.write(payload)) return;
  socket.pause();
  out.once('drain', () => socket.resume());
}

/** So many bytes may wait for the server to take them; reading goes on when a quarter is left. */
const highWater = 1 << 20;

function pumpStdin(socket: WebSocket, send: Send): void {
  process.stdin.on('data', (chunk: Buffer) => {
    send(channel.stdin, chunk);
    if (socket.bufferedAmount <= highWater) return;
    process.stdin.pause();
    const timer = setInterval(() => {
      if (socket.bufferedAmount > highWater / 4) return;
      clearInterval(timer);
      process.stdin.resume();
    }, 10);
  });
  process.stdin.once('end', () => {
    if (socket.protocol === streamProtocols[0]) send(channel.close, Buffer.from([channel.stdin]));
  });
}

/** Keys go through as they are; the size of the window too. Returns what puts the terminal back. */
function takeTerminal(resized: (size: { Width: number; Height: number }) => void): () => void {
  const terminal = process.stdin as ReadStream;
  terminal.setRawMode(true);
  const tell = (): void => resized({ Width: process.stdout.columns, Height: process.stdout.rows });
  process.stdout.on('resize', tell);
  tell();
  return () => {
    process.stdout.off('resize', tell);
    terminal.setRawMode(false);
  };
}

/** What the last word means: an exit code, or a Failure where the command never ran. */
export function exitCodeOf(text: string): number {
  const status = JSON.parse(text) as Status;
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && cause) return Number(cause.message);
  throw new Failure(status.message ?? 'the command could not be run');
}
