/**
 * The TLS server, for HTTP/2 and HTTP/1.1 on one port. A thin shell: requests to resources go straight to the API
 * (a function), what streams to and from kubelets to their proxy; health is answered here, and everything else goes through Express.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Express } from 'express';
import type { Clock } from '../../api/clock.js';
import type { Aggregation } from '../aggregation/aggregation.js';
import { presentedCredentials } from '../auth/credentials.js';
import type { ApiResponse } from '../contracts.js';
import { Deadlines } from '../deadlines.js';
import { unknownPath } from '../registry/refusals.js';
import type { KubeletProxy } from '../streaming/contracts.js';
import { hangUp } from '../streaming/socket-answer.js';
import { whenKnown } from '../when-known.js';
import type { Api, Session } from './api.js';
import { fingerprintsOf, type Trust } from './client-certificate.js';
import { secureServer } from './connections.js';
import { type AnyRequest, type AnyResponse, graft } from './express-graft.js';
import { type HealthCheck, healthAt, sayHealth } from './health.js';
import { NodeRequest } from './node-request.js';
import { send } from './node-response.js';
import { notFoundPage } from './not-found-page.js';
import { parseTarget, type Target, Targets } from './request-info.js';
import { responseTo } from './responses.js';
import { watchOverSocket } from './watch-socket.js';

/** All in PEM. */
export interface ServerTls {
  key: Buffer;
  cert: Buffer;
  clientCa: Buffer;
  /** Signs the proxies that authenticate users for this server. */
  proxyCa: Buffer;
}

export interface ServerOptions {
  api: Api;
  checks: readonly HealthCheck[];
  /** What else there is. Asked for once, and only when somebody wants any of it: Express takes longer to load than we do. */
  app(): Promise<Express>;
  proxy: KubeletProxy;
  /** Other API servers, for the versions that they serve; absent: there are none. */
  aggregation?: Pick<Aggregation, 'find' | 'handle' | 'upgrade'>;
  clock: Clock;
  tls: ServerTls;
  onError(error: unknown, request: { method: string; target: string }): void;
}

/** Subresources of pods that are answered by the pod's kubelet. */
const proxied = new Set(['log', 'exec', 'attach', 'portforward']);

/** After `close`, what goes on for as long as its client likes (exec, log -f) has this long. */
const streamsMs = 1500;
/** And requests under way this long. */
const requestsMs = 5000;
/** So often it is looked which connections of HTTP/1.1 have nothing to do any more. */
const idleLookMs = 50;

export class ApiHttpServer {
  readonly #server: Http2SecureServer;
  /** Whose connections it takes besides its own. */
  #second: Server | undefined;
  readonly #trust: Trust;
  readonly #sessions = new Set<Http2Session>();
  readonly #sockets = new Set<TLSSocket>();
  #express: Promise<ReturnType<typeof graft>> | undefined;
  readonly #bodies: Deadlines;
  readonly #targets = new Targets();
  #closing = false;
  /** Requests to resources that wait for their answers. */
  #underWay = 0;

  constructor(private readonly options: ServerOptions) {
    const { key, cert, clientCa, proxyCa } = options.tls;
    this.#trust = { clients: fingerprintsOf(clientCa), proxies: fingerprintsOf(proxyCa) };
    this.#bodies = new Deadlines(options.clock);
    this.#server = secureServer({ key, cert, ca: [clientCa, proxyCa] });
    this.#server.on('request', (request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('session', session => this.#track(this.#sessions, session));
    this.#server.on('secureConnection', socket => this.#track(this.#sockets, socket));
  }

  /** Resolves with the port; port 0 is any free one. Rejects when the address cannot be had. */
  listen(port: number, address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Serves at a second port as well. Rejects when the address cannot be had, and may then be called again. */
  listenToo(port: number, address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const second = createServer({ noDelay: true }, socket => this.#server.emit('connection', socket));
      second.once('error', reject);
      second.listen(port, address, () => {
        second.off('error', reject);
        this.#second = second;
        resolve();
      });
    });
  }

  /** Requests whose bodies are too late are refused. Called about once a second. */
  tick(): void {
    this.#bodies.tick();
  }

  /**
   * Takes no more connections, tells those that are open to go elsewhere (GOAWAY, Connection: close), lets requests
   * under way finish, and closes what is left after that. `endWatches` resolves when they are asked to end.
   */
  async close(endWatches: () => Promise<void>): Promise<void> {
    const { clock } = this.options;
    this.#closing = true;
    let open = true;
    const closed = Promise.all([ended(this.#server), ended(this.#second)]).then(() => {
      open = false;
    });
    for (const session of this.#sessions) session.close();
    await endWatches();
    const began = clock.now();
    const isWaitedFor = (): boolean => {
      const waited = clock.now() - began;
      return open && (waited < streamsMs || (this.#underWay > 0 && waited < requestsMs));
    };
    while (isWaitedFor()) {
      await Promise.race([closed, clock.sleep(idleLookMs)]);
      closeIdle(this.#server);
    }
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #track<T extends { once(event: 'close', listener: () => void): unknown }>(open: Set<T>, connection: T): void {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
  }

  #serve(request: AnyRequest, response: AnyResponse): void {
    if (this.#closing && 'shouldKeepAlive' in response) response.shouldKeepAlive = false;
    const apiRequest = new NodeRequest(request, this.#bodies, this.#trust);
    const failed = (error: unknown): void => {
      this.options.onError(error, apiRequest);
      if (response.headersSent) response.end();
      else void send(request, response, responseTo(error, this.options.api.auditIDOf(apiRequest)));
    };
    try {
      const path = apiRequest.target;
      const here = path.startsWith('/api') && !this.options.aggregation?.find(path);
      const target = here ? this.#parsed(apiRequest) : undefined;
      const done =
        target?.info.isResource && !isProxied(target)
          ? this.#counted(
              whenKnown(this.options.api.handle(apiRequest, target), answer => send(request, response, answer)),
            )
          : this.#serveOther(apiRequest, request, response);
      if (done instanceof Promise) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #counted(work: void | Promise<void>): void | Promise<void> {
    if (!(work instanceof Promise)) return;
    this.#underWay++;
    return work.finally(() => this.#underWay--);
  }

  /** Undefined for what cannot be parsed: the API says so, with everything else it says about a request. */
  #parsed(request: NodeRequest): Target | undefined {
    try {
      return this.#targets.of(request.method, request.target);
    } catch {
      return undefined;
    }
  }

  async #serveOther(apiRequest: NodeRequest, request: AnyRequest, response: AnyResponse): Promise<void> {
    const { api, clock } = this.options;
    const auditID = api.auditIDOf(apiRequest);
    let session: Session;
    try {
      const target = parseTarget(apiRequest.method, apiRequest.target);
      session = await api.admit(apiRequest, target, auditID, clock.now());
    } catch (error) {
      return send(request, response, responseTo(error, auditID));
    }
    response.setHeader('audit-id', auditID);
    response.on('close', () => api.finish(apiRequest, session, response.statusCode));
    if (session.info.isResource || this.options.aggregation?.find(session.info.path)) {
      return this.#proxy(request, response, session);
    }
    if (request.method === 'GET' || request.method === 'HEAD') {
      const verdict = await healthAt(apiRequest.target, this.options.checks);
      if (verdict) return sayHealth(response as ServerResponse, verdict);
    }
    this.#express ??= this.options.app().then(graft);
    (await this.#express)(request, response, error => {
      if (error) void send(request, response, responseTo(error, auditID));
      else notFoundPage(response as ServerResponse);
    });
  }

  async #proxy(request: AnyRequest, response: AnyResponse, session: Session): Promise<void> {
    const { aggregation, proxy } = this.options;
    const service = aggregation?.find(session.info.path);
    try {
      if (aggregation && service) await aggregation.handle(service, request, response, session.user);
      else {
        await this.options.api.connect(session);
        await proxy.handle(request, response, session.info);
      }
    } catch (error) {
      if (response.headersSent) response.end();
      else await send(request, response, responseTo(error, session.auditID));
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { api, proxy, aggregation, clock } = this.options;
    socket.on('error', () => socket.destroy());
    const apiRequest = new NodeRequest(request, this.#bodies, this.#trust);
    const auditID = api.auditIDOf(apiRequest);
    try {
      const target = parseTarget(apiRequest.method, apiRequest.target);
      if (target.info.isResource && target.info.verb === 'watch') {
        return await this.#watchOver(request, socket, head, await api.handle(apiRequest, target));
      }
      const session = await api.admit(apiRequest, target, auditID, clock.now());
      const service = aggregation?.find(target.info.path);
      if (!service && !isProxied(target)) throw unknownPath();
      if (!service) await api.connect(session);
      dropBearerProtocol(request);
      const code = await (aggregation && service
        ? aggregation.upgrade(service, request, socket, head, session.user)
        : proxy.upgrade(request, socket, head, session.info));
      api.finish(apiRequest, session, code);
    } catch (error) {
      refuseUpgrade(socket, responseTo(error, auditID));
    }
  }

  async #watchOver(request: IncomingMessage, socket: Duplex, head: Buffer, answer: ApiResponse): Promise<void> {
    if (!answer.stream) return refuseUpgrade(socket, answer);
    dropBearerProtocol(request);
    await watchOverSocket(request, socket, head, answer.stream, answer.headers['content-type'] ?? '');
  }
}

/** Takes no more connections; resolves when the last is closed. */
const ended = (server: Pick<Server, 'close'> | undefined): Promise<void> =>
  new Promise(resolve => (server ? server.close(() => resolve()) : resolve()));

/** Its types do not know that it has the methods of HTTP/1.1's server as well. */
const closeIdle = (server: Http2SecureServer): void =>
  (server as Http2SecureServer & { closeIdleConnections(): void }).closeIdleConnections();

/** A token that came as a WebSocket protocol is for us alone: it must be neither chosen nor passed on. */
function dropBearerProtocol(request: IncomingMessage): void {
  if (request.headers['sec-websocket-protocol'] === undefined) return;
  const { protocols } = presentedCredentials(request.headers);
  if (protocols.length > 0) request.headers['sec-websocket-protocol'] = protocols.join(', ');
  else delete request.headers['sec-websocket-protocol'];
}

const isProxied = ({ info }: Target): boolean =>
  info.rest !== undefined || (info.group === '' && info.resource === 'pods' && proxied.has(info.subresource));

function refuseUpgrade(socket: Duplex, answer: ReturnType<typeof responseTo>): void {
  const body = Buffer.concat([...answer.body]);
  const headers = { ...answer.headers, 'content-length': body.length, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`HTTP/1.1 ${answer.status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body.toString()}`);
  hangUp(socket);
}
