/** A request and its answer, and how connections are kept for them: the same over node:https and over undici. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export const connections = 16;
/** Idle connections are closed after this, or sooner when the server says so (Keep-Alive: timeout=5). */
export const idleMs = 30_000;
/** After so much silence the kernel asks the peer, and gives up ten seconds later: a dead server ends its watches. */
export const probeAfterMs = 20_000;
/** The headers that say who is calling. */
export type Credentials = Record<string, string | string[]>;

export interface Call {
  method: string;
  /** With its query, below the server's own path. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  timeoutMs: number;
  /** The answer is read for long: give it its own connection, and time only its head. */
  stream?: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Of a stream it is read as it comes; of other calls it may be there already. */
  body: Readable | Buffer;
}
