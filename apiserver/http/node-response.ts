/** ApiResponses on node's responses, of either protocol. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiResponse, Sink } from '../contracts.js';
import { compressed, isWorthCompressing } from './compress.js';
import type { AnyRequest, AnyResponse } from './express-graft.js';

/**
 * Parts are joined up to this size: few large writes, and still no copy of a whole list. Pieces this small are taken from what
 * glibc keeps at hand; from 256 KB on each would be mapped anew (cli/cluster/processes.ts), which took a third more time.
 */
const writeBytes = 128 * 1024;

/** HTTP/1's and HTTP/2's responses have these in common; their overloads differ too much for TypeScript to see it. */
interface Writable {
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array, written?: () => void): boolean;
  end(chunk?: Uint8Array): unknown;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
  readonly writableEnded: boolean;
}

/** The client has left: HTTP/2's response does not say so itself, its stream does. */
function isGone(response: AnyResponse): boolean {
  return 'stream' in response ? (response.stream?.destroyed ?? true) : response.destroyed;
}

/** Done, or resolves, once everything is handed to the connection; at once for streams, which go on. */
export function send(request: AnyRequest, response: AnyResponse, answer: ApiResponse): void | Promise<void> {
  if (isGone(response)) return;
  const out = response as unknown as Writable;
  // A body that was not read to its end is in the way of the next request of an HTTP/1 connection.
  const unread = request.httpVersionMajor === 1 && !request.complete && request.method !== 'GET';
  if (answer.stream) {
    out.writeHead(answer.status, answer.headers);
    out.flushHeaders();
    answer.stream(sinkFor(request, response, out));
    return;
  }
  // The head is this answer's own: nobody reads it after us.
  const headers: Record<string, string | number> = answer.headers;
  const length = answer.body.reduce((sum, part) => sum + part.length, 0);
  if (unread) headers.connection = 'close';
  if (isWorthCompressing(request, length)) {
    out.writeHead(answer.status, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    return writeChunks(out, compressed(joined(answer.body)), () => isGone(response));
  }
  headers['content-length'] = length;
  out.writeHead(answer.status, headers);
  if (request.method === 'HEAD') out.end();
  else if (answer.body.length === 1) out.end(answer.body[0]);
  else return writeParts(out, answer.body, () => isGone(response));
}

function* joined(parts: readonly Uint8Array[]): Iterable<Uint8Array> {
  for (let i = 0; i < parts.length; ) {
    const chunk: Uint8Array[] = [];
    for (let size = 0; i < parts.length && size < writeBytes; i++) {
      const part = parts[i] as Uint8Array;
      chunk.push(part);
      size += part.length;
    }
    yield Buffer.concat(chunk);
  }
}

/**
 * All parts, by way of one block of memory: a list of thousands of objects makes no other garbage. The block is filled anew
 * once the connection has taken what was in it.
 */
async function writeParts(out: Writable, parts: readonly Uint8Array[], gone: () => boolean): Promise<void> {
  const block = Buffer.allocUnsafeSlow(writeBytes);
  let used = 0;
  for (const part of parts) {
    if (used > 0 && used + part.length > writeBytes) {
      await written(out, block.subarray(0, used));
      used = 0;
    }
    if (gone()) return;
    if (part.length > writeBytes) await written(out, part);
    else {
      block.set(part, used);
      used += part.length;
    }
  }
  out.end(block.subarray(0, used));
}

const written = (out: Writable, chunk: Uint8Array): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      out.off('close', done);
      resolve();
    };
    out.once('close', done);
    out.write(chunk, done);
  });

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

async function writeChunks(out: Writable, chunks: Chunks, gone: () => boolean): Promise<void> {
  for await (const chunk of chunks) {
    if (gone()) return;
    if (!out.write(chunk) && !gone()) await drained(out);
  }
  out.end();
}

const drained = (out: Writable): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      out.off('drain', done);
      out.off('close', done);
      resolve();
    };
    out.once('drain', done);
    out.once('close', done);
  });

function sinkFor(request: AnyRequest, response: AnyResponse, out: Writable): Sink {
  const sink = sinkOver(out, () => isGone(response));
  // HTTP/1.0 has no chunks, HEAD no body; a pipelined answer has no connection before those ahead of it are done.
  const chunked = request.httpVersion === '1.1' && request.method === 'GET';
  const { socket } = response as ServerResponse;
  return chunked && socket ? { ...sink, ...chunksOn(socket, out) } : sink;
}

function sinkOver(out: Writable, gone: () => boolean): Sink {
  return {
    write: chunk => !gone() && !out.writableEnded && out.write(chunk),
    onDrain: listener => out.on('drain', listener),
    onClose: listener => out.once('close', listener),
    end: () => {
      if (!out.writableEnded) out.end();
    },
  };
}

/**
 * A stream's chunks written to the connection itself, framed as HTTP/1.1 frames them. The same chunk goes to hundreds of
 * watchers: it is framed once for all, and each write is one buffer rather than three. The head is sent before, and the
 * last chunk after, by node's response, to the same connection: so the order holds.
 */
function chunksOn(socket: Socket, out: Writable): Pick<Sink, 'write' | 'onDrain'> {
  return {
    write: chunk => !socket.destroyed && !out.writableEnded && socket.write(framed(chunk)),
    onDrain: listener => {
      socket.on('drain', listener);
      // The connection may go on to other requests.
      out.once('close', () => socket.off('drain', listener));
    },
  };
}

const frames = new WeakMap<Uint8Array, Buffer>();

function framed(chunk: Uint8Array): Buffer {
  let frame = frames.get(chunk);
  if (!frame) {
    frame = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, endOfChunk]);
    frames.set(chunk, frame);
  }
  return frame;
}

const endOfChunk = Buffer.from('\r\n');
