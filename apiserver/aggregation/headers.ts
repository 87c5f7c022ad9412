/** What goes on to an aggregated API server, and what comes back: who asks is said in headers of the proxy alone. Pure. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { User } from '../contracts.js';

/** They concern one connection, not the request. */
const hopByHop = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** They prove to us who asks, and are nobody else's business; or they would say in our name who asks. */
const isCredential = (name: string): boolean =>
  name === 'authorization' || name.startsWith('x-remote-') || name.startsWith('impersonate-');

/** `upgrade` keeps what asks for another protocol. */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  user: User,
  from: string,
  upgrade = false,
): OutgoingHttpHeaders {
  const sent: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || isCredential(name)) continue;
    sent[name] = value;
  }
  if (upgrade) Object.assign(sent, { connection: 'Upgrade', upgrade: headers.upgrade });
  const before = headers['x-forwarded-for'];
  sent['x-forwarded-for'] = [...(before ? [String(before)] : []), from].join(', ');
  return { ...sent, ...identityHeaders(user) };
}

/** As Kubernetes' front proxy says it. */
export function identityHeaders({ name, uid, groups, extra = {} }: User): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'x-remote-user': name };
  if (uid) headers['x-remote-uid'] = uid;
  if (groups.length > 0) headers['x-remote-group'] = [...groups];
  for (const [key, values] of Object.entries(extra)) headers[`x-remote-extra-${escapeKey(key)}`] = [...values];
  return headers;
}

/** A header's name has few letters: all others are percent-encoded. */
const escapeKey = (key: string): string =>
  key.replace(/[^A-Za-z0-9!#$&'*+.^_`|~-]/gu, character =>
    [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** Of an answer, what may be passed to the client. */
export function answeredHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== undefined && !hopByHop.has(name)),
  );
}

/**
 * An aggregated server that redirects would have the client, with all its rights, ask whomever it likes
 * (CVE-2022-3172, CVE-2020-8559): such an answer is neither followed nor passed on.
 */
export const isRedirect = (status: number, headers: IncomingHttpHeaders): boolean =>
  status >= 300 && status <= 399 && Boolean(headers.location);

export const redirectRefusal = 'the backend attempted to redirect this request, which is not permitted';

/** As whom the server itself asks others. */
export const checker: User = { name: 'system:kube-aggregator', groups: ['system:masters'] };
