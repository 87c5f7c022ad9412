/**
 * pods/proxy, services/proxy and nodes/proxy: the request of a client, made by the API server in its place. What comes
 * back is passed on, redirects too, for whoever followed one here would act with the server's own reach. Only what leads back
 * to the backend is changed, so that it leads through here (headers.ts, pages.ts).
 */
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { badRequest, StatusError, statusError } from '../../api/status.js';
import type { Lookup, RequestInfo } from '../contracts.js';
import { unknownPath } from '../registry/refusals.js';
import type { KubeletProxy } from '../streaming/contracts.js';
import { join } from '../streaming/join.js';
import { type KubeletCredentials, kubeletTls } from '../streaming/kubelets.js';
import { hangUp, headOf, refuseUpgrade } from '../streaming/socket-answer.js';
import { isProxyable } from './address.js';
import {
  type Framing,
  forwarded,
  type Origin,
  type Rewriting,
  returned,
  rewrittenLocation,
  upgradeHeaders,
} from './headers.js';
import { isPage, rewrittenPage } from './pages.js';
import { type Backend, backendOf, type TargetOptions } from './target.js';

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

export interface ResourceProxyOptions {
  lookup: Lookup;
  credentials: KubeletCredentials;
  log: Logger;
  random(): number;
  /** For tests, whose backends are on loopback; see address.ts. */
  proxyable?: (address: string) => boolean;
}

/** A backend that takes longer to answer its phone is not there. */
const connectMs = 30_000;
const keepAliveMs = 30_000;
/** Of an answer's head; applications' cookies grow. */
const maxHeaderSize = 64 * 1024;

export class ResourceProxy implements KubeletProxy {
  readonly #streams = new Set<Duplex>();
  readonly #targets: TargetOptions;

  constructor(private readonly options: ResourceProxyOptions) {
    const { lookup, random, proxyable = isProxyable } = options;
    this.#targets = { lookup, random, proxyable };
  }

  async handle(request: Incoming, response: Outgoing, info: RequestInfo): Promise<void> {
    const backend = this.#backend(info);
    const path = pathOf(request, info);
    if (path === undefined) return redirectToSlash(request, response);
    const origin = originOf(request);
    const answer = await this.#ask(backend, request, path, origin, response);
    const rewriting = rewritingFor(backend, origin, info);
    const { location } = answer.headers;
    const headOnly = request.method === 'HEAD';
    const page = isPage(answer) && !headOnly ? await rewrittenPage(answer, rewriting) : undefined;
    passHead(response, answer, {
      ...(location === undefined ? {} : { location: rewrittenLocation(location, path, rewriting) }),
      rewritten: page !== undefined,
    });
    await passBody(answer, page ?? answer, response, headOnly);
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, info: RequestInfo): Promise<number> {
    this.#streams.add(socket);
    socket.once('close', () => this.#streams.delete(socket));
    try {
      const backend = this.#backend(info);
      const outgoing = this.#open(backend, request, pathOf(request, info) ?? '/', originOf(request), true);
      return await this.#switch(outgoing, backend, socket, head);
    } catch (error) {
      const refusal = error instanceof StatusError ? error : statusError('InternalError', (error as Error).message);
      if (refusal !== error) this.options.log.error({ error, path: info.path }, 'an upgrade failed');
      refuseUpgrade(socket, refusal);
      return refusal.code;
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#streams) socket.destroy();
  }

  #backend(info: RequestInfo): Backend {
    if (info.version !== 'v1') throw unknownPath();
    return backendOf(info, this.#targets);
  }

  #ask(
    backend: Backend,
    request: Incoming,
    path: string,
    origin: Origin,
    response: Outgoing,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(backend, request, path, origin, false);
      outgoing.on('error', error => reject(unreachable(error)));
      outgoing.on('response', resolve);
      // Nobody asked for it, and there is no socket to hand over.
      outgoing.on('upgrade', (_, switched) => {
        switched.destroy();
        reject(statusError('ServiceUnavailable', 'error trying to reach service: it switched protocols unasked'));
      });
      response.once('close', () => outgoing.destroy());
      request.on('error', () => outgoing.destroy());
      request.pipe(outgoing);
    });
  }

  #open(backend: Backend, request: Incoming, path: string, origin: Origin, upgrade: boolean): ClientRequest {
    const { scheme, host, port, kubelet } = backend;
    const { rawHeaders, method = 'GET' } = request;
    const headers = forwarded(rawHeaders, origin, upgrade ? 'none' : framingOf(request));
    if (upgrade) headers.push(...upgradeHeaders(rawHeaders), ...(method === 'GET' ? [] : ['Content-Length', '0']));
    const common = {
      ...{ host, port, path, method, agent: false as const, maxHeaderSize },
      headers: headers as unknown as OutgoingHttpHeaders,
    };
    const tls =
      kubelet === undefined
        ? // As in Kubernetes: pods have certificates of their own making.
          { rejectUnauthorized: false }
        : kubeletTls(this.options.credentials, { nodeName: kubelet, host, port });
    const outgoing = scheme === 'https' ? httpsRequest({ ...common, ...tls }) : httpRequest(common);
    outgoing.on('socket', socket => {
      const timer = setTimeout(() => socket.destroy(new Error(`dial tcp ${host}:${port}: i/o timeout`)), connectMs);
      for (const event of ['connect', 'close'] as const) socket.once(event, () => clearTimeout(timer));
    });
    return outgoing;
  }

  /** Only a 101 joins the two connections: after any other answer the backend's is closed (CVE-2018-1002105). */
  #switch(outgoing: ClientRequest, backend: Backend, socket: Duplex, head: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      socket.on('error', () => outgoing.destroy());
      socket.once('close', () => outgoing.destroy());
      outgoing.on('error', error => reject(unreachable(error)));
      outgoing.on('response', answer => {
        resolve(answer.statusCode ?? 502);
        socket.write(`${headOf(answer).replace(/\r\n\r\n$/, '')}\r\nConnection: close\r\n\r\n`);
        answer.on('error', () => socket.destroy());
        answer.once('end', () => {
          outgoing.destroy();
          hangUp(socket);
        });
        answer.pipe(socket, { end: false });
      });
      outgoing.on('upgrade', (answer, switched, first) => {
        this.options.log.debug({ backend: `${backend.host}:${backend.port}` }, 'a proxied connection was upgraded');
        for (const end of [socket, switched] as (Duplex & { setKeepAlive?: (on: boolean, ms: number) => void })[]) {
          end.setKeepAlive?.(true, keepAliveMs);
        }
        socket.write(headOf(answer));
        socket.write(first);
        switched.write(head);
        resolve(101);
        void join(socket, switched);
      });
      outgoing.end();
    });
  }
}

const unreachable = (error: Error): StatusError =>
  statusError('ServiceUnavailable', `error trying to reach service: ${error.message}`);

const originOf = (request: Incoming): Origin => ({
  host: String(request.headers[':authority'] ?? request.headers.host ?? ''),
  address: request.socket.remoteAddress ?? '',
  uri: request.url ?? '/',
});

function framingOf(request: Incoming): Framing {
  if (request.headers['content-length'] !== undefined) return 'length';
  if ('stream' in request) return request.stream.endAfterHeaders ? 'none' : 'chunked';
  return request.headers['transfer-encoding'] === undefined ? 'none' : 'chunked';
}

const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/**
 * The path at the backend, with its query; undefined where there is none at all, not even a slash, and a browser would
 * resolve the page's links wrongly. Throws BadRequest for a path that climbs.
 */
function pathOf(request: Incoming, { rest = '' }: RequestInfo): string | undefined {
  const climbs = rest.split('/').some(segment => /^(?:\.|%2e){2}$/i.test(segment));
  if (climbs) throw badRequest(`the path ${JSON.stringify(rest)} leads out of what is proxied`);
  const query = queryOf(request.url ?? '');
  if (rest !== '') return `${rest}${query}`;
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : `/${query}`;
}

function redirectToSlash(request: Incoming, response: Outgoing): void {
  const url = request.url ?? '/';
  const query = queryOf(url);
  const path = query === '' ? url : url.slice(0, -query.length);
  response.writeHead(301, { location: `${path}/${query}` });
  response.end();
}

function rewritingFor({ scheme, host, port }: Backend, origin: Origin, { path, rest = '' }: RequestInfo): Rewriting {
  const backend = `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return { backend, host: origin.host, prefix: path.slice(0, path.length - rest.length) };
}

interface Changes {
  location?: string;
  /** Its body has another length than the answer says. */
  rewritten: boolean;
}

function passHead(response: Outgoing, answer: IncomingMessage, { location, rewritten }: Changes): void {
  const out = response as ServerResponse;
  const isHttp2 = 'stream' in response;
  for (const [name, values] of returned(answer.rawHeaders)) {
    // The audit id stays ours.
    if (name === 'audit-id' || (rewritten && name === 'content-length')) continue;
    out.setHeader(name, values.length === 1 ? (values[0] as string) : values);
  }
  if (location !== undefined) out.setHeader('location', location);
  out.statusCode = answer.statusCode ?? 502;
  if (!isHttp2) out.statusMessage = answer.statusMessage ?? '';
  out.flushHeaders();
}

/** Resolves when the answer has ended, on whose ever side. One that breaks off breaks the response too. */
function passBody(
  answer: IncomingMessage,
  body: NodeJS.ReadableStream,
  response: Outgoing,
  headOnly: boolean,
): Promise<void> {
  return new Promise(resolve => {
    response.once('close', () => {
      answer.destroy();
      resolve();
    });
    for (const stream of new Set([answer, body])) stream.on('error', () => response.destroy());
    if (headOnly) response.end();
    else body.pipe(response as NodeJS.WritableStream);
  });
}
