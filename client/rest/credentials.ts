/** What a Connection means to a TLS socket and to a request's head; WebSockets (exec) need the same two. */
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Connection } from '../connection.js';

export interface TlsOptions extends SecureContextOptions {
  rejectUnauthorized?: boolean;
  servername?: string;
}

export const tlsOptions = (connection: Connection): TlsOptions => ({
  ...(connection.ca === undefined ? {} : { ca: connection.ca }),
  ...(connection.cert === undefined ? {} : { cert: connection.cert }),
  ...(connection.key === undefined ? {} : { key: connection.key }),
  ...(connection.insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
  ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
});

/** The same for many connections: authority, certificate and key are read once, which takes longer than all else of a connection. */
export function sharedTlsOptions(
  connection: Connection,
): { secureContext: SecureContext } & Omit<TlsOptions, 'ca' | 'cert' | 'key'> {
  const { ca, cert, key, ...others } = tlsOptions(connection);
  return {
    ...others,
    secureContext: createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}

/** The headers that say who is calling, and the token among them. `refused` is a token the server just answered 401 to. */
export async function authenticationHeaders(
  connection: Connection,
  refused?: string,
): Promise<{ headers: Record<string, string | string[]>; token?: string }> {
  const headers: Record<string, string | string[]> = {};
  const { basic, impersonate } = connection;
  const token = connection.tokenSource ? await connection.tokenSource(refused) : connection.token;
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  else if (basic) {
    headers.authorization = `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  }
  if (impersonate) {
    headers['impersonate-user'] = impersonate.user;
    if (impersonate.groups) headers['impersonate-group'] = [...impersonate.groups];
    if (impersonate.uid !== undefined) headers['impersonate-uid'] = impersonate.uid;
  }
  return token === undefined ? { headers } : { headers, token };
}
