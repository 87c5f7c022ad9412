/** How the API server's core meets the pods' log, exec, attach and portforward subresources. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Lookup, RequestInfo } from '../contracts.js';
import type { KubeletCredentials } from './kubelets.js';

export interface KubeletProxyOptions {
  lookup: Lookup;
  credentials: KubeletCredentials;
  log: Logger;
}

/**
 * Both are called after authentication and authorization (RBAC verb 'get' for log; 'create' for exec, attach and
 * portforward, with GET as with POST: a GET that runs a command is no read).
 */
export interface KubeletProxy {
  /**
   * Answers pods/{name}/log, and refuses exec, attach and portforward without an upgrade. Throws a StatusError as long
   * as nothing has been written to the response; resolves when the response has ended or the client has gone.
   */
  handle(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    info: RequestInfo,
  ): Promise<void>;
  /**
   * Answers exec, attach and portforward, and log over a WebSocket, on the server's 'upgrade' event. Never throws: what fails is written to the
   * socket as a Status. Resolves, once the head of the answer is written, with its status code (101 when it streams).
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, info: RequestInfo): Promise<number>;
  /** Closes idle connections to kubelets and every stream that is open. */
  close(): Promise<void>;
}
