/** A watch over a WebSocket, for browsers: every event is a message of its own, of text or, in protobuf, of bytes. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { asBuffer } from '../cache/encoded.js';
import type { ApiResponse, Sink } from '../contracts.js';
import { protobufType } from './protobuf/library.js';

/** Bytes that may wait in the socket before the watch is asked to wait. */
const mostWaiting = 256 * 1024;
/** A client of a watch has nothing to say. */
const longestMessage = 4096;
const newline = 0x0a;

/** Speaks over `socket` what `stream` writes. The library is loaded with the first such client: many servers see none. */
export async function watchOverSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  stream: NonNullable<ApiResponse['stream']>,
  contentType: string,
): Promise<void> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: longestMessage,
  });
  server.handleUpgrade(request, socket, head, client => stream(sinkOver(client, contentType.startsWith(protobufType))));
}

function sinkOver(client: WebSocket, binary: boolean): Sink {
  let drained: () => void = () => undefined;
  const sent = (): void => {
    if (client.bufferedAmount === 0) drained();
  };
  // A broken connection concerns only the one who broke it, and is followed by 'close'.
  client.on('error', () => undefined);
  return {
    write(chunk) {
      if (client.readyState !== client.OPEN) return false;
      for (const event of binary ? framed(chunk) : lines(chunk)) client.send(event, { binary }, sent);
      return client.bufferedAmount < mostWaiting;
    },
    onDrain: listener => {
      drained = listener;
    },
    onClose: listener => client.once('close', listener),
    end: () => client.close(1000),
  };
}

/** The events of a chunk, each of which stands behind its length in four bytes. */
function* framed(chunk: Uint8Array): Generator<Uint8Array> {
  const bytes = asBuffer(chunk);
  for (let start = 0; start < bytes.length; ) {
    const end = start + 4 + bytes.readUInt32BE(start);
    yield bytes.subarray(start + 4, end);
    start = end;
  }
}

/** The events of a chunk, which holds whole lines. */
function* lines(chunk: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < chunk.length; ) {
    const end = chunk.indexOf(newline, start);
    const until = end < 0 ? chunk.length : end + 1;
    yield chunk.subarray(start, until);
    start = until;
  }
}
