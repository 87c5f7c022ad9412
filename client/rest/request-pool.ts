/**
 * Many requests whose answers are taken whole, over undici: 55 us of processor time each, where node:https takes 140 to 180.
 * It is 16 MB and a tenth of a second to load, so that a client goes without until it is busy (transport.ts).
 */
import type { Dispatcher, Pool } from 'undici';
import { onAbort } from '../../api/on-abort.js';
import type { Connection } from '../connection.js';
import { type Answer, type Call, type Credentials, connections, idleMs, probeAfterMs } from './call.js';
import { sharedTlsOptions } from './credentials.js';
import { connectionError } from './failure.js';
import { isStaleConnection } from './retry.js';

/** undici's words for a connection that was closed, and for an answer that did not come. */
const closed = 'UND_ERR_SOCKET';
const late = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

export class RequestPool {
  readonly #server: string;
  readonly #path: string;
  readonly #pool: Pool;

  private constructor(connection: Connection, pool: Pool) {
    this.#server = connection.server;
    this.#path = new URL(connection.server).pathname.replace(/\/$/, '');
    this.#pool = pool;
  }

  static async open(connection: Connection): Promise<RequestPool> {
    const { Pool } = await import('undici');
    const secure = connection.server.startsWith('https:') ? sharedTlsOptions(connection) : {};
    const pool = new Pool(new URL(connection.server).origin, {
      connections,
      keepAliveTimeout: idleMs,
      connect: { ...secure, keepAlive: true, keepAliveInitialDelay: probeAfterMs },
    });
    return new RequestPool(connection, pool);
  }

  /** Throws ConnectionError; or the signal's reason when that ended it. */
  async send(call: Call, credentials: Credentials): Promise<Answer> {
    for (let isRetry = false; ; isRetry = true) {
      try {
        return await this.#once(call, credentials);
      } catch (error) {
        call.signal?.throwIfAborted();
        // It may have been a kept connection that was closed as it was used: the second time there is a fresh one.
        if (isRetry || !isStaleConnection(call.method, true, codeOf(error))) throw connectionError(this.#server, error);
      }
    }
  }

  /** What is under way is answered; nothing more may be sent. */
  retire(): void {
    void this.#pool.close();
  }

  close(): void {
    void this.#pool.destroy();
  }

  #once(call: Call, credentials: Credentials): Promise<Answer> {
    const { body, method, path, signal, timeoutMs } = call;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const taken = new Taken(call, resolve, reject);
      this.#pool.dispatch(
        {
          method,
          path: this.#path + path,
          headers: { ...call.headers, ...credentials },
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          // It would close the connection after a DELETE that has a body, as ours have.
          reset: false,
          ...(body === undefined ? {} : { body }),
        },
        taken,
      );
    });
  }
}

/** One answer, as its parts come. */
class Taken implements Dispatcher.DispatchHandler {
  readonly #chunks: Buffer[] = [];
  readonly #forget: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Answer['headers'] = {};

  constructor(
    private readonly call: Call,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.#forget = call.signal && onAbort(call.signal, () => this.#abort());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.call.signal?.aborted) this.#abort();
  }

  onResponseStart(_: unknown, status: number, headers: Answer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#forget?.();
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#forget?.();
    const isLate = late.has((error as NodeJS.ErrnoException).code ?? '');
    this.reject(isLate ? new Error(`no answer within ${this.call.timeoutMs / 1000} s`, { cause: error }) : error);
  }

  /** A request that has not been sent yet is not waited for either. */
  #abort(): void {
    const reason = this.call.signal?.reason as Error;
    this.#controller?.abort(reason);
    this.reject(reason);
  }
}

/** In the words of node:net, which those who read them know. */
function codeOf(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code === closed ? 'ECONNRESET' : code;
}
