/** node's requests, of either protocol, as ApiRequests. */
import { statusError } from '../../api/status.js';
import type { ApiRequest, ClientCertificate } from '../contracts.js';
import type { Deadlines } from '../deadlines.js';
import { type Shown, shownBy, type Trust } from './client-certificate.js';
import type { AnyRequest } from './express-graft.js';

/** A body that does not arrive in this time is given up: a slow sender must not hold a request for ever. */
const bodyMs = 60_000;

export class NodeRequest implements ApiRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: ApiRequest['headers'];
  received: Buffer | undefined;

  constructor(
    private readonly request: AnyRequest,
    /** Those whose bodies are awaited. */
    private readonly bodies: Deadlines,
    private readonly trust?: Trust,
  ) {
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.headers = request.headers;
  }

  get remoteAddress(): string {
    return this.request.socket.remoteAddress ?? '';
  }

  get rawHeaders(): readonly string[] {
    return this.request.rawHeaders;
  }

  get certificate(): ClientCertificate | undefined {
    return this.#shown().client;
  }

  get proxyCertificate(): ClientCertificate | undefined {
    return this.#shown().proxy;
  }

  #shown(): Shown {
    const found = shownBy(this.request, this.trust);
    if (found === 'untrusted') throw statusError('Unauthorized', 'Unauthorized');
    return found;
  }

  body(limit: number): Promise<Buffer> {
    if (Number(this.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const cancel = this.bodies.after(bodyMs, () =>
        reject(statusError('Timeout', 'the body of the request did not arrive in time')),
      );
      const refuse = (error: Error): void => {
        cancel();
        reject(error);
      };
      const gone = (): void =>
        refuse(statusError('BadRequest', 'the client went away before its request was complete'));
      this.request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) refuse(tooLarge(limit));
        else chunks.push(chunk);
      });
      this.request.on('end', () => {
        cancel();
        this.received = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        resolve(this.received);
      });
      this.request.on('aborted', gone);
      this.request.on('error', gone);
    });
  }
}

const tooLarge = (limit: number) => statusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
