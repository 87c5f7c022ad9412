/** What cannot be read as HTTP/1.1 is answered in the words of everything else: a Status, and the connection is closed. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { statusError } from '../../api/status.js';
import type { Status } from '../../api/types.js';
import { hangUp } from '../streaming/socket-answer.js';

/** Of a request's line and headers together: what Go's server takes, in bytes. */
export const headLimit = 1024 * 1024;

/** node's parser names what it met. */
interface ParseError extends Error {
  code?: string;
  reason?: string;
}

/** Says on `socket` what was wrong with the request that `error` is about. */
export function answerUnreadable(error: ParseError, socket: Duplex): void {
  // The rest of a head that is too long is met here again and again.
  if (!socket.writable) return;
  if (error.code === 'ECONNRESET' || isAnswering(socket)) return void socket.destroy();
  const status = statusOf(error);
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code ?? 400]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  hangUp(socket);
}

/** An answer is on its way already (a watch): ours would land in its middle. node has no public word for it. */
const isAnswering = (socket: Duplex): boolean =>
  (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent === true;

export function statusOf({ code, reason, message }: ParseError): Status {
  if (code === 'HPE_HEADER_OVERFLOW') {
    // Kubernetes has no reason for it: its clients call that Unknown.
    const { status } = statusError('Unknown', `Request header fields too large: limit is ${headLimit}`);
    return { ...status, code: 431 };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { ...statusError('Timeout', 'Timeout: the request did not arrive in time').status, code: 408 };
  }
  return statusError('BadRequest', `the request is not HTTP: ${reason ?? message}`).status;
}
