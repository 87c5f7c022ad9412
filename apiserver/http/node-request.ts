/** node's requests, of either protocol, as ApiRequests. */
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../api/clock.js';
import { statusError } from '../../api/status.js';
import type { ApiRequest, Credentials } from '../contracts.js';
import type { AnyRequest } from './express-graft.js';

/** A body that does not arrive in this time is given up: a slow sender must not hold a request for ever. */
const bodyMs = 60_000;

export type Certificate = NonNullable<Credentials['certificate']>;

/** What a connection's client certificate says. 'untrusted': one was shown, and this cluster's CA did not sign it. */
const certificates = new WeakMap<object, Certificate | 'none' | 'untrusted'>();

export class NodeRequest implements ApiRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: ApiRequest['headers'];

  constructor(
    private readonly request: AnyRequest,
    private readonly clock: Clock,
  ) {
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.headers = request.headers;
  }

  get remoteAddress(): string {
    return this.request.socket.remoteAddress ?? '';
  }

  get certificate(): Certificate | undefined {
    const found = certificateOf(this.request);
    if (found === 'untrusted') throw statusError('Unauthorized', 'Unauthorized');
    return found === 'none' ? undefined : found;
  }

  body(limit: number): Promise<Buffer> {
    if (Number(this.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const settled = new AbortController();
      const finish = (act: () => void) => (): void => {
        settled.abort();
        act();
      };
      void this.clock.sleep(bodyMs, settled.signal).then(() => {
        if (!settled.signal.aborted) reject(statusError('Timeout', 'the body of the request did not arrive in time'));
      });
      this.request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) finish(() => reject(tooLarge(limit)))();
        else chunks.push(chunk);
      });
      this.request.on(
        'end',
        finish(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))),
      );
      const gone = finish(() =>
        reject(statusError('BadRequest', 'the client went away before its request was complete')),
      );
      this.request.on('aborted', gone);
      this.request.on('error', gone);
    });
  }
}

const tooLarge = (limit: number) => statusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

/** Read once a connection: a session of HTTP/2 carries thousands of requests. */
function certificateOf(request: AnyRequest): Certificate | 'none' | 'untrusted' {
  const session = 'stream' in request ? request.stream?.session : undefined;
  const socket = (session?.socket ?? request.socket) as TLSSocket;
  const connection = session ?? socket;
  let found = certificates.get(connection);
  if (found === undefined) {
    found = readCertificate(socket);
    certificates.set(connection, found);
  }
  return found;
}

function readCertificate(socket: TLSSocket): Certificate | 'none' | 'untrusted' {
  const peer = socket.getPeerCertificate();
  if (!peer || Object.keys(peer).length === 0) return 'none';
  if (!socket.authorized) return 'untrusted';
  const organizations = peer.subject.O as string | string[] | undefined;
  const names = peer.subject.CN as string | string[];
  const subjectO = organizations === undefined ? [] : Array.isArray(organizations) ? organizations : [organizations];
  return { subjectCN: Array.isArray(names) ? (names[0] as string) : (names ?? ''), subjectO };
}
