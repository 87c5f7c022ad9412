/** Where a request carries its token: the Authorization header or, for browsers' WebSockets, a subprotocol. */
import { badRequest } from '../../api/status.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The token follows in base64url, since a protocol's name cannot hold every character of one. */
const protocolPrefix = 'base64url.bearer.authorization.k8s.io.';

export interface Presented {
  /** 'Bearer ...' or whatever the header says; absent when there is nothing. */
  authorization?: string;
  /** The WebSocket protocols that are left to choose from: the token must never be echoed. */
  protocols: string[];
}

/** `headers` has names in lower case, as Node gives them. Throws BadRequest for a token protocol that is not one. */
export function presentedCredentials(headers: Headers): Presented {
  const header = headers.authorization;
  const said = headers['sec-websocket-protocol'];
  if (said === undefined)
    return typeof header === 'string' ? { authorization: header, protocols: [] } : { protocols: [] };
  const offered = protocolsOf(said);
  const protocols = offered.filter(protocol => !protocol.startsWith(protocolPrefix));
  if (typeof header === 'string') return { authorization: header, protocols };
  const [carrier, second] = offered.filter(protocol => protocol.startsWith(protocolPrefix));
  if (carrier === undefined) return { protocols };
  if (second !== undefined) throw badRequest('multiple base64.bearer.authorization tokens specified');
  if (protocols.length === 0) throw badRequest('missing additional subprotocol');
  return { authorization: `Bearer ${decode(carrier.slice(protocolPrefix.length))}`, protocols };
}

const protocolsOf = (header: string | string[]): string[] =>
  (Array.isArray(header) ? header.join(',') : header)
    .split(',')
    .map(protocol => protocol.trim())
    .filter(protocol => protocol !== '');

function decode(encoded: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw badRequest('invalid base64.bearer.authorization token encoding');
  const token = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!/^[\x21-\x7e]+$/.test(token)) throw badRequest('invalid base64.bearer.authorization token');
  return token;
}

/** The token of an Authorization header; undefined for other schemes and none, which then say nothing. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  // As every client writes it; the slower way is for those who do not.
  if (authorization.startsWith('Bearer ') && authorization.length > 7 && authorization.lastIndexOf(' ') === 6)
    return authorization.slice(7);
  const [scheme = '', token = ''] = authorization.trim().split(/\s+/);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
