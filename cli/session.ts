/** What a verb works with: a connection, the namespace that is meant, and what kinds the server has. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Connection } from '../client/connection.js';
import { kubeconfigPaths } from '../client/kubeconfig/file.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { connect, type RestClient } from '../client/rest/connect.js';
import { Failure } from './failure.js';
import type { GlobalFlags } from './flags.js';
import { discover, type ServerResource } from './objects/discovery.js';

export interface Session {
  client: RestClient;
  namespace: string;
  /** Asked once a session. */
  resources(): Promise<readonly ServerResource[]>;
}

export function openSession(flags: GlobalFlags): Session {
  const connection = connectionOf(flags);
  const client = connect(
    {
      ...connection,
      ...(flags.server === undefined ? {} : { server: flags.server.replace(/\/$/, '') }),
      ...(flags.token === undefined ? {} : { token: flags.token }),
      ...(flags.insecureSkipTlsVerify ? { insecureSkipTlsVerify: true } : {}),
      ...(flags.as === undefined ? {} : { impersonate: { user: flags.as, groups: flags.asGroup ?? [] } }),
    },
    {
      userAgent: 'orrery',
      onWarning: text => process.stderr.write(`Warning: ${text}\n`),
      ...(flags.requestTimeout ? { timeoutMs: flags.requestTimeout } : {}),
    },
  );
  let known: Promise<readonly ServerResource[]> | undefined;
  return {
    client,
    namespace: connection.namespace,
    resources: () => {
      known ??= discover(client);
      return known;
    },
  };
}

/** An address on the command line needs no kubeconfig; one that is there is read all the same, for its credentials. */
function connectionOf(flags: GlobalFlags): Connection {
  const { server, namespace } = flags;
  if (server !== undefined && !/^https?:\/\/[^/]/.test(server))
    throw new Failure(`--server ${server} is not an address: https://host:port is expected`);
  const paths = kubeconfigPaths(flags.kubeconfig, process.env, homedir());
  if (server !== undefined && flags.kubeconfig === undefined && !paths.some(path => existsSync(path)))
    return { server, namespace: namespace ?? 'default' };
  return loadKubeconfig({
    ...(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(namespace === undefined ? {} : { namespace }),
  });
}

/** Runs a verb's work and closes the connection after it, so that the process can end. */
export async function withSession<T>(flags: GlobalFlags, work: (session: Session) => Promise<T>): Promise<T> {
  const session = openSession(flags);
  try {
    return await work(session);
  } finally {
    await session.client.close();
  }
}
