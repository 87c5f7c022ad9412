/**
 * The TLS server for HTTP/2 and HTTP/1.1, and its bounds for whoever connects: heads, headers, memory, and how long a
 * connection may take to ask something, or be kept without asking.
 */
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { answerUnreadable, headLimit } from './unreadable.js';

/** In milliseconds. */
export interface ConnectionTiming {
  /** Without a request under way a connection is closed after so long. */
  idleMs: number;
  /** A handshake has so long, and so has the head of a request (Node looks twice a minute which ones are late). */
  headMs: number;
}

/** As Kubernetes has them. */
const usualTiming: ConnectionTiming = { idleMs: 90_000, headMs: 32_000 };

/** Headers of one request. HTTP/1.1's are limited by their size alone. */
const mostHeaders = 4096;

/**
 * In the order of preference of Go's servers, and so of Kubernetes' own: OpenSSL's begins with AES of 256 bits, which takes
 * a third more of the processor for lists and watches and, for what is kept for minutes, protects no better.
 */
const cipherSuites = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** In PEM; `ca` are those whose clients are asked for certificates. */
export interface ServerKeys {
  key: Buffer;
  cert: Buffer;
  ca: Buffer[];
}

export function secureServer(keys: ServerKeys, { idleMs, headMs } = usualTiming): Http2SecureServer {
  const server = createSecureServer({
    ...keys,
    allowHTTP1: true,
    requestCert: true,
    // An unknown certificate is answered with 401 in HTTP's words, as Kubernetes does, rather than by a broken handshake.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ciphers: cipherSuites.join(':'),
    honorCipherOrder: true,
    handshakeTimeout: headMs,
    settings: { maxConcurrentStreams: 1000, maxHeaderListSize: headLimit },
    // Somebody may be impersonated with as many groups.
    maxHeaderListPairs: mostHeaders,
    // In megabytes. What waits for a slow client counts, and beyond this the session gets no new requests.
    maxSessionMemory: 64,
  });
  // What http2's server hands on to HTTP/1.1 only as properties.
  Object.assign(server, {
    maxHeaderSize: headLimit,
    keepAliveTimeout: idleMs,
    headersTimeout: headMs,
    // Bodies have deadlines of their own; what is passed on to a pod may take as long as it likes.
    requestTimeout: 0,
  });
  server.on('clientError', answerUnreadable);
  // It ends what is idle: streams that are open go on.
  server.on('session', session => session.setTimeout(idleMs, () => session.close()));
  // Clients come and go: a broken connection concerns only the one who broke it.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  return server;
}
