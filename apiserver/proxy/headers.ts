/** What of a request's and an answer's headers goes through a proxy. Pure. */

/** Those that are about one connection only. */
const hopByHop = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings', 'expect'],
]);

/** By these the client is known to the API server; behind it they would let the backend act as the client. */
const isCredential = (name: string): boolean =>
  name === 'authorization' || name.startsWith('impersonate-') || name.startsWith('x-remote-');

/** Names and values by turns, as node's rawHeaders are. */
type Raw = readonly string[];

function* pairs(raw: Raw): Iterable<readonly [name: string, value: string]> {
  for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] as string, raw[i + 1] as string];
}

/** Headers that 'Connection' names are about the connection as well. */
function namedByConnection(raw: Raw): Set<string> {
  const values = [...pairs(raw)].filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value);
  return new Set(values.flatMap(value => value.split(',')).map(name => name.trim().toLowerCase()));
}

export interface Origin {
  /** What the client called this server. */
  host: string;
  /** The client's address. */
  address: string;
  /** The path and query that it asked for. */
  uri: string;
}

/**
 * How the body's end is known at the other side. It must always be: what follows a body that has none would be taken for
 * another request, which nobody has allowed.
 */
export type Framing = 'none' | 'chunked' | 'length';

/** For the backend: without pseudo-headers, credentials and the token among WebSocket protocols. */
export function forwarded(raw: Raw, { host, address, uri }: Origin, framing: Framing): string[] {
  const dropped = namedByConnection(raw);
  const out: string[] = ['Host', host];
  const before: string[] = [];
  const cookies: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (lower.startsWith(':') || lower === 'host' || lower.startsWith('x-forwarded-') || isCredential(lower)) {
      if (lower === 'x-forwarded-for') before.push(value);
      continue;
    }
    if (hopByHop.has(lower) || dropped.has(lower) || (lower === 'content-length' && framing !== 'length')) continue;
    // HTTP/2 has them in crumbs.
    if (lower === 'cookie') {
      cookies.push(value);
      continue;
    }
    const kept = lower === 'sec-websocket-protocol' ? withoutBearer(value) : value;
    if (kept !== '') out.push(name, kept);
  }
  out.push('X-Forwarded-For', [...before, address].join(', '));
  out.push('X-Forwarded-Host', host, 'X-Forwarded-Proto', 'https', 'X-Forwarded-Uri', uri);
  if (cookies.length > 0) out.push('Cookie', cookies.join('; '));
  if (framing === 'chunked') out.push('Transfer-Encoding', 'chunked');
  return out;
}

/** What the client asks to switch to. */
export const upgradeHeaders = (raw: Raw): string[] => ['Connection', 'Upgrade', 'Upgrade', upgradeOf(raw)];

const upgradeOf = (raw: Raw): string =>
  [...pairs(raw)].find(([name]) => name.toLowerCase() === 'upgrade')?.[1] ?? 'websocket';

const bearerPrefix = 'base64url.bearer.authorization.k8s.io.';

const withoutBearer = (value: string): string =>
  value
    .split(',')
    .map(protocol => protocol.trim())
    .filter(protocol => !protocol.startsWith(bearerPrefix))
    .join(', ');

/** For the client, several values of a name as a list. */
export function returned(raw: Raw): Map<string, string[]> {
  const dropped = namedByConnection(raw);
  const out = new Map<string, string[]>();
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || dropped.has(lower)) continue;
    out.set(lower, [...(out.get(lower) ?? []), value]);
  }
  return out;
}

export interface Rewriting {
  /** 'http://10.1.2.3:80': where the answer came from. */
  backend: string;
  /** What the client called this server. */
  host: string;
  /** '/api/v1/namespaces/x/pods/y/proxy' */
  prefix: string;
}

/** A Location of the backend's own, as the client can follow it; one that leads elsewhere, as it is. */
export function rewrittenLocation(location: string, requested: string, { backend, host, prefix }: Rewriting): string {
  let url: URL;
  try {
    url = new URL(location, `${backend}${requested}`);
  } catch {
    return location;
  }
  const own = url.origin === new URL(backend).origin || url.host === host;
  if (!own) return location;
  // The backend knew how it is reached, by X-Forwarded-Uri.
  if (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)) return location;
  return `https://${host}${prefix}${url.pathname}${url.search}${url.hash}`;
}
