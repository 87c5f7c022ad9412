/** Failures in the words of those who read them: a Status becomes a StatusError, a socket's error one sentence. */
import { type Reason, StatusError, statusError } from '../../api/status.js';
import type { Status } from '../../api/types.js';
import { ConnectionError } from '../client.js';

const reasons: Record<number, Reason> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error that an answer of 400 or more stands for; a body that is not a Status (a proxy's page) is quoted. */
export function errorFromAnswer(code: number, body: Buffer): StatusError {
  const text = body.toString('utf8').trim();
  const status = asStatus(text);
  if (status) return new StatusError({ ...status, code: status.code ?? code });
  const reason = reasons[code] ?? 'Unknown';
  const said = text === '' ? '' : `: ${text.length > 512 ? `${text.slice(0, 512)}...` : text}`;
  const message = code === 404 ? 'the server could not find the requested resource' : `the server answered ${code}`;
  const error = statusError(reason, `${message}${said}`);
  return new StatusError({ ...error.status, code });
}

export function asStatus(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(text) as Status;
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const explanations: Record<string, string> = {
  ECONNREFUSED: 'connection refused; is the API server running there?',
  ECONNRESET: 'the connection was closed before the answer came',
  UND_ERR_SOCKET: 'the connection was closed before the answer came',
  EPIPE: 'the connection was closed before the request was sent',
  ETIMEDOUT: 'no answer; is the address right, and is no firewall in between?',
  EHOSTUNREACH: 'there is no route to this host',
  ENETUNREACH: 'there is no route to this network',
  ENOTFOUND: 'its host name is not known to DNS',
  EAI_AGAIN: 'its host name could not be looked up (DNS does not answer)',
  EPROTO: 'it does not speak TLS; is the server in the kubeconfig http:// rather than https://?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is the server in the kubeconfig http:// rather than https://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG:
    'it does not speak TLS; is the server in the kubeconfig http:// rather than https://?',
  HPE_INVALID_CONSTANT:
    'what answered does not speak HTTP; is the server in the kubeconfig https:// rather than http://?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for other names; set tls-server-name in the kubeconfig to one of them',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by an authority that the kubeconfig does not name; use the kubeconfig of this very cluster',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is signed by an authority that the kubeconfig does not name; use the kubeconfig of this very cluster',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is signed by an authority that the kubeconfig does not name; use the kubeconfig of this very cluster',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed and not named in the kubeconfig; use the kubeconfig of this very cluster',
  CERT_SIGNATURE_FAILURE:
    'its certificate does not match the authority in the kubeconfig; use the kubeconfig of this very cluster',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate, and the kubeconfig has none',
};

/** A transport's failure, as one sentence that says the server and what may be wrong. */
export function connectionError(server: string, error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code === undefined ? undefined : explanations[code]) ?? message ?? String(error);
  return new ConnectionError(`cannot reach ${server}: ${why}`, { cause: error });
}
