/** Requests to kubelets, made with the API server's own client certificate. */
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls';
import { type Reason, type StatusError, statusError } from '../../api/status.js';
import type { KubeletAddress, Target } from './target.js';

export interface Upgraded {
  answer: IncomingMessage;
  socket: Duplex;
  /** What the kubelet sent after its answer. */
  first: Buffer;
}

export interface KubeletCredentials {
  cert: Buffer;
  key: Buffer;
  ca: Buffer;
}

/** Throws when the certificates in `pkiDir` cannot be read. */
export function kubeletCredentials(pkiDir: string): KubeletCredentials {
  const read = (file: string): Buffer => readFileSync(join(pkiDir, file));
  const name = 'apiserver-kubelet-client';
  return { cert: read(`${name}.crt`), key: read(`${name}.key`), ca: read('ca.crt') };
}

/** With our certificate, to nobody but this kubelet. */
export const kubeletTls = (credentials: KubeletCredentials, kubelet: KubeletAddress): ConnectionOptions => ({
  ...credentials,
  checkServerIdentity: (_, certificate) => identity(kubelet, certificate),
});

export class Kubelets {
  constructor(private readonly credentials: KubeletCredentials) {}

  /** A successful answer, whose body is still to be read. Throws a StatusError. */
  get(target: Target, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.send(target, 'GET', {}, reject);
      signal.addEventListener('abort', () => request.destroy(), { once: true });
      request.on('response', answer => {
        if (answer.statusCode === 200) resolve(answer);
        else refusalOf(answer, target).then(reject, reject);
      });
      request.end();
    });
  }

  /**
   * The connection after the kubelet has switched protocols. Nothing but a 101 does so: any other answer, redirects
   * too, is thrown as a StatusError, and its connection closed, for whoever held it would hold our rights
   * (CVE-2018-1002105).
   */
  upgrade(target: Target, method: string, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<Upgraded> {
    return new Promise((resolve, reject) => {
      const request = this.send(target, method, headers, reject);
      const abandon = (): unknown => request.destroy();
      signal.addEventListener('abort', abandon, { once: true });
      request.on('response', answer => {
        refusalOf(answer, target).then(reject, reject);
      });
      request.on('upgrade', (answer, socket, first) => {
        signal.removeEventListener('abort', abandon);
        socket.setNoDelay(true);
        resolve({ answer, socket, first });
      });
      request.end();
    });
  }

  private send(
    { kubelet, path }: Target,
    method: string,
    headers: OutgoingHttpHeaders,
    failed: (error: StatusError) => void,
  ): ClientRequest {
    const { host, port, nodeName } = kubelet;
    const request = httpsRequest({
      ...{ host, port, path, method, headers, agent: false },
      ...kubeletTls(this.credentials, kubelet),
    });
    request.on('error', error => {
      const where = `the kubelet of node ${JSON.stringify(nodeName)} at ${host}:${port}`;
      failed(statusError('ServiceUnavailable', `${where} could not be reached: ${error.message}`));
    });
    return request;
  }
}

/** A kubelet's certificate may name its address or its node. */
function identity({ host, nodeName }: KubeletAddress, certificate: PeerCertificate): Error | undefined {
  return checkServerIdentity(nodeName, certificate) && checkServerIdentity(host, certificate);
}

const longestReason = 16 * 1024;
const reasons: Record<number, Reason> = {
  400: 'BadRequest',
  401: 'InternalError',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  503: 'ServiceUnavailable',
};

/** What a kubelet says when it refuses, as a Status: it answers in plain text. Closes the connection. */
async function refusalOf(answer: IncomingMessage, { kubelet }: Target): Promise<StatusError> {
  let text = '';
  for await (const chunk of answer) {
    text += chunk;
    if (text.length > longestReason) break;
  }
  const code = answer.statusCode ?? 0;
  const said = text.trim() || `the kubelet of node ${JSON.stringify(kubelet.nodeName)} answered ${code}`;
  return statusError(reasons[code] ?? 'InternalError', said);
}
