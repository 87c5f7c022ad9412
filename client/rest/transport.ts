/**
 * Requests over node:https. Measured against undici's Agent and node:http2 over TLS: it is imported in 4 ms (undici
 * alone 25-110) and has the quickest first answer and the lowest latency in sequence. Requests share up to 16 kept connections;
 * each stream (watch, followed log) has one of its own, so that any number of watches leaves the pool free. A client that turns
 * out to be busy sends its requests over undici (request-pool.ts), which takes a third of the processor time for each.
 */
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../api/clock.js';
import type { Connection } from '../connection.js';
import { type Answer, type Call, type Credentials, connections, idleMs, probeAfterMs } from './call.js';
import { authenticationHeaders, sharedTlsOptions } from './credentials.js';
import { connectionError } from './failure.js';
import { RequestPool } from './request-pool.js';
import { isStaleConnection } from './retry.js';

/** A client that asks so often within a second is busy. */
const busyRate = 150;

interface Agents {
  shared: http.Agent;
  /** Of streams. */
  own: http.Agent;
}

const kept = { keepAlive: true, keepAliveMsecs: probeAfterMs, timeout: idleMs, scheduling: 'lifo' } as const;

const plainAgents = (): Agents => ({
  shared: new http.Agent({ ...kept, maxSockets: connections }),
  own: new http.Agent({ ...kept, maxFreeSockets: 0 }),
});

function secureAgents(connection: Connection): Agents {
  const tls = sharedTlsOptions(connection);
  return {
    shared: new https.Agent({ ...kept, ...tls, maxSockets: connections }),
    own: new https.Agent({ ...kept, ...tls, maxFreeSockets: 0 }),
  };
}

export class Transport {
  #connection: Connection;
  readonly #base: URL;
  readonly #clock: Clock;
  /** Made for the first request: a certificate that cannot be read is a failure of that. */
  #agents: Agents | undefined;
  #pool: RequestPool | undefined;
  /** The requests since then. */
  #counted = { since: 0, requests: 0 };
  #isClosed = false;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#base = new URL(connection.server);
  }

  /** Throws ConnectionError; or the signal's reason when that ended it. A token that is refused is renewed once. */
  async send(call: Call): Promise<Answer> {
    this.#renew();
    const credentials = await authenticationHeaders(this.#connection);
    const answer = await this.#sendFresh(call, credentials.headers);
    if (answer.status !== 401 || credentials.token === undefined || !this.#connection.tokenSource) return answer;
    const renewed = await authenticationHeaders(this.#connection, credentials.token);
    if (renewed.token === credentials.token) return answer;
    if (!Buffer.isBuffer(answer.body)) answer.body.destroy();
    return this.#sendFresh(call, renewed.headers);
  }

  /** Connections that are open go on with the certificate that they showed; fresh ones show the new one. */
  #renew(): void {
    const renewed = this.#connection.renewed?.();
    if (!renewed) return;
    this.#connection = renewed;
    this.#agents = undefined;
    this.#pool?.retire();
    this.#pool = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#agents?.shared.destroy();
    this.#agents?.own.destroy();
    this.#pool?.close();
  }

  /** Counts a request; the one that makes a second busy has the pool opened. */
  #count(): void {
    const now = this.#clock.now();
    if (now - this.#counted.since >= 1000) this.#counted = { since: now, requests: 0 };
    if (++this.#counted.requests === busyRate) void this.#openPool();
  }

  /** Until it is open, and if it cannot be, node:https goes on. */
  async #openPool(): Promise<void> {
    const pool = await RequestPool.open(this.#connection).catch(() => undefined);
    if (this.#isClosed || this.#pool) pool?.close();
    else this.#pool = pool;
  }

  async #sendFresh(call: Call, credentials: Credentials): Promise<Answer> {
    if (!call.stream) {
      if (this.#pool) return this.#pool.send(call, credentials);
      this.#count();
    }
    // One signal ends all the requests of a component: Node takes so many listeners for a leak.
    if (call.signal) setMaxListeners(0, call.signal);
    for (;;) {
      const { request, answer } = this.#request(call, credentials);
      try {
        return await answer;
      } catch (error) {
        call.signal?.throwIfAborted();
        if (isStaleConnection(call.method, request.reusedSocket, (error as NodeJS.ErrnoException).code)) continue;
        throw connectionError(this.#connection.server, error);
      }
    }
  }

  #request(call: Call, credentials: Credentials): { request: http.ClientRequest; answer: Promise<Answer> } {
    call.signal?.throwIfAborted();
    const secure = this.#base.protocol === 'https:';
    this.#agents ??= secure ? secureAgents(this.#connection) : plainAgents();
    const request = (secure ? https : http).request({
      agent: call.stream ? this.#agents.own : this.#agents.shared,
      hostname: this.#base.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: this.#base.port === '' ? (secure ? 443 : 80) : this.#base.port,
      method: call.method,
      path: `${this.#base.pathname.replace(/\/$/, '')}${call.path}`,
      headers: {
        ...call.headers,
        ...credentials,
        ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
      },
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        request.destroy(new Error(`no answer within ${call.timeoutMs / 1000} s`));
      }, call.timeoutMs);
      request.once('close', () => clearTimeout(timer));
      request.once('error', reject);
      request.once('response', body => {
        if (call.stream) clearTimeout(timer);
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
      });
    });
    request.end(call.body);
    return { request, answer };
  }
}
