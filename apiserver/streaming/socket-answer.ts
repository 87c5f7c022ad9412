/** Answers on a socket that Node handed over with its 'upgrade' event, where there is no response object. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StatusError } from '../../api/status.js';

/** Writes the Status and closes the connection. For a refusal before an upgrade: 401, 403, 404, ... */
export function refuseUpgrade(socket: Duplex, error: StatusError): void {
  const body = JSON.stringify(error.status);
  const head = [
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  hangUp(socket);
}

/** A client that has been answered has so long to take the answer and go. */
const farewellMs = 5000;

/**
 * Ends a connection that nobody reads from any more. What the client still says is heard and dropped: closed over unread
 * bytes, the connection would be reset, and the answer lost with it.
 */
export function hangUp(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), farewellMs);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end();
}

/** The status line and headers of a kubelet's answer, as they came. */
export function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
