/** One request on its way through to an aggregated API server, and one that changes its protocol on the way. */
import { type IncomingMessage, type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { statusError } from '../../api/status.js';
import type { User } from '../contracts.js';
import type { AnyRequest, AnyResponse } from '../http/express-graft.js';
import { join } from '../streaming/join.js';
import { headOf } from '../streaming/socket-answer.js';
import { answeredHeaders, forwardedHeaders, isRedirect, redirectRefusal } from './headers.js';

/** Answers that do not begin in this time are given up. */
const headMs = 60_000;

const unavailable = (why: string) => statusError('ServiceUnavailable', `error trying to reach service: ${why}`);

/** Resolves when the answer has been passed on whole. Throws a StatusError as long as nothing was written. */
export async function forward(
  place: RequestOptions,
  request: AnyRequest,
  response: AnyResponse,
  user: User,
): Promise<void> {
  const { answer, abandon } = await ask(place, request, user);
  const status = answer.statusCode ?? 502;
  const out = response as unknown as NodeJS.WritableStream & {
    writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
    flushHeaders(): void;
  };
  if (isRedirect(status, answer.headers)) {
    abandon();
    out.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' });
    out.end(`${redirectRefusal}\n`);
    return;
  }
  out.writeHead(status, answeredHeaders(answer.headers));
  // A watch that has nothing to tell yet has begun all the same.
  out.flushHeaders();
  // Whoever goes first, the client or the server behind, the other is told by an end.
  await pipeline(answer, out).catch(() => abandon());
}

function ask(
  place: RequestOptions,
  request: AnyRequest,
  user: User,
): Promise<{ answer: IncomingMessage; abandon: () => void }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...forwardedHeaders(request.headers, user, request.socket.remoteAddress ?? ''),
      ...place.headers,
    };
    const sent = httpsRequest({ ...place, method: request.method, path: request.url, headers } as RequestOptions);
    const abandon = (): void => void sent.destroy();
    const impatience = setTimeout(() => sent.destroy(new Error('it did not answer in time')), headMs);
    request.on('aborted', abandon);
    sent.on('error', error => {
      clearTimeout(impatience);
      reject(unavailable(error.message));
    });
    sent.on('response', answer => {
      clearTimeout(impatience);
      resolve({ answer, abandon });
    });
    request.pipe(sent);
  });
}

/**
 * Answers an upgrade with the status code that the server behind gave. Only its 101 makes a tunnel; after any other
 * answer both connections are closed, for whoever held one would go on with our certificate (CVE-2018-1002105).
 * Throws a StatusError as long as nothing was written.
 */
export function forwardUpgrade(
  place: RequestOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  user: User,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = request.socket.remoteAddress ?? '';
    const headers = { ...forwardedHeaders(request.headers, user, from, true), ...place.headers };
    const sent = httpsRequest({ ...place, method: request.method, path: request.url, headers } as RequestOptions);
    socket.once('close', () => sent.destroy());
    sent.on('error', error => reject(unavailable(error.message)));
    sent.on('upgrade', (answer, backend, first) => {
      socket.write(headOf(answer));
      socket.write(first);
      backend.write(head);
      void join(socket, backend);
      resolve(101);
    });
    sent.on('response', answer => {
      refuse(answer, socket)
        .then(resolve, reject)
        .finally(() => sent.destroy());
    });
    sent.end();
  });
}

const longestRefusal = 64 * 1024;

/** Passes on what the server said instead of changing the protocol, and ends the connection. */
async function refuse(answer: IncomingMessage, socket: Duplex): Promise<number> {
  const redirected = isRedirect(answer.statusCode ?? 0, answer.headers);
  const chunks: Buffer[] = [];
  let size = 0;
  if (redirected) chunks.push(Buffer.from(`${redirectRefusal}\n`));
  else {
    for await (const chunk of answer) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > longestRefusal) break;
    }
  }
  const code = redirected ? 502 : (answer.statusCode ?? 502);
  const body = Buffer.concat(chunks);
  const type = redirected ? 'text/plain' : (answer.headers['content-type'] ?? 'text/plain');
  const lines = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]), () => socket.destroy());
  return code;
}
