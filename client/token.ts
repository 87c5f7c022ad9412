/**
 * Clients that act as a ServiceAccount: a component with many duties (the controllers) has an identity for each, so that
 * each has only its own rights, and the audit log says which of them wrote.
 */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { StatusError } from '../api/status.js';
import type { ServiceAccount, TokenRequest } from '../api/types.js';
import type { Client } from './client.js';
import type { Connection, TokenSource } from './connection.js';
import { serviceAccounts } from './resources.js';
import { type ConnectOptions, connect, type RestClient } from './rest/index.js';

/** A new token is asked for when this part of the old one's life is over. */
const renewAfter = 0.8;
/** While asking for a new one fails, the old one is used, and asking is tried again after so long. */
const retryMs = 10_000;

export interface ServiceAccountOptions {
  /** May create the account and its tokens. */
  client: Client;
  name: string;
  /** 'kube-system' unless said. */
  namespace?: string;
  /** 3600 unless said; the server may give less. */
  expirationSeconds?: number;
  clock: Clock;
  log: Logger;
}

/** A client that reaches the same server as `connection`, as the ServiceAccount. It creates the account when it is absent. */
export function serviceAccountClient(
  connection: Connection,
  options: ServiceAccountOptions,
  connectOptions: ConnectOptions = {},
): RestClient {
  const { server, ca, insecureSkipTlsVerify, tlsServerName } = connection;
  return connect(
    {
      server,
      ...(ca === undefined ? {} : { ca }),
      ...(insecureSkipTlsVerify ? { insecureSkipTlsVerify } : {}),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      namespace: options.namespace ?? 'kube-system',
      tokenSource: serviceAccountTokens(options),
    },
    { userAgent: `kube-controller-manager/${options.name}`, clock: options.clock, log: options.log, ...connectOptions },
  );
}

/** Requests a token when one is needed first, before it expires, and when the server refuses it; one request at a time. */
export function serviceAccountTokens(options: ServiceAccountOptions): TokenSource {
  const { clock, log, name } = options;
  let token = '';
  let renewAt = 0;
  let expiresAt = 0;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const askedAt = clock.now();
    try {
      const { status } = await requestToken(options);
      if (!status?.token || !status.expirationTimestamp) throw new Error(`the server gave ${name} no token`);
      token = status.token;
      expiresAt = Date.parse(status.expirationTimestamp);
      renewAt = askedAt + (expiresAt - askedAt) * renewAfter;
    } catch (error) {
      if (clock.now() >= expiresAt) throw error;
      renewAt = clock.now() + retryMs;
      log.warn({ serviceAccount: name, reason: (error as Error).message }, 'the token could not be renewed yet');
    }
    return token;
  };

  return refused => {
    if (refused !== undefined && refused === token) expiresAt = renewAt = 0;
    if (clock.now() < renewAt) return token;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function requestToken(options: ServiceAccountOptions): Promise<TokenRequest> {
  try {
    return await postTokenRequest(options);
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
  }
  await createAccount(options);
  return postTokenRequest(options);
}

function postTokenRequest({
  client,
  expirationSeconds = 3600,
  name,
  namespace = 'kube-system',
}: ServiceAccountOptions): Promise<TokenRequest> {
  const body: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: [], expirationSeconds },
  };
  return client.post<TokenRequest>(serviceAccounts, { namespace, name }, 'token', body);
}

async function createAccount({ client, name, namespace = 'kube-system' }: ServiceAccountOptions): Promise<void> {
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
  try {
    await client.create(serviceAccounts, account);
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
  }
}
