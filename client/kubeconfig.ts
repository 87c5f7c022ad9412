/** From kubeconfig files to a Connection, by kubectl's rules; in a pod without any, the pod's service account. */
import { homedir } from 'node:os';
import type { Connection } from './connection.js';
import {
  dataOrFile,
  type Entry,
  type Fields,
  type Kubeconfig,
  KubeconfigError,
  kubeconfigPaths,
  pathIn,
  readKubeconfig,
  text,
} from './kubeconfig/file.js';
import { inClusterConnection } from './kubeconfig/in-cluster.js';
import { tokenFileSource } from './kubeconfig/token-file.js';

export type { Connection } from './connection.js';
export { KubeconfigError } from './kubeconfig/file.js';

export interface KubeconfigOptions {
  /** --kubeconfig: this file alone, and it must exist. */
  path?: string;
  context?: string;
  /** These three replace what the context says. */
  cluster?: string;
  user?: string;
  namespace?: string;
  /** Goes before the address that the cluster has there (--server, and --master of Kubernetes' components). */
  server?: string;
  /** The environment and the home folder; this process's unless given (for tests). */
  env?: Readonly<Record<string, string | undefined>>;
  home?: string;
  now?: () => number;
  serviceAccountDir?: string;
}

/** Throws KubeconfigError, which says the file and the mend. */
export function loadKubeconfig(options: KubeconfigOptions = {}): Connection {
  const env = options.env ?? process.env;
  const now = options.now ?? Date.now;
  const paths = kubeconfigPaths(options.path, env, options.home ?? homedir());
  const config = readKubeconfig(paths, options.path !== undefined);
  if (config.clusters.size === 0 && config.contexts.size === 0) {
    const inside = inClusterConnection(env, now, options.serviceAccountDir);
    if (inside) return options.namespace === undefined ? inside : { ...inside, namespace: options.namespace };
    throw new KubeconfigError(
      `no cluster is configured: ${paths.join(', ')} ${config.files.length > 0 ? 'names none' : 'does not exist'}; ` +
        'start one (it writes a kubeconfig), or name a file with --kubeconfig or KUBECONFIG',
    );
  }
  return resolveConnection(config, options, now);
}

function resolveConnection(config: Kubeconfig, options: KubeconfigOptions, now: () => number): Connection {
  const context = chosenContext(config, options);
  const said = (field: string): string | undefined =>
    context && text(context.fields[field], context.file, `${field} of context "${context.name}"`);
  const cluster = named(config, config.clusters, 'cluster', options.cluster ?? said('cluster'), context);
  if (!cluster) throw new KubeconfigError(`${where(config, context)} names no cluster; add one, or use --cluster`);
  const user = named(config, config.users, 'user', options.user ?? said('user'), context);
  return {
    ...clusterPart(cluster),
    ...(user ? userPart(user, now) : {}),
    ...(options.server === undefined ? {} : { server: options.server }),
    namespace: options.namespace ?? (said('namespace') || 'default'),
  };
}

function chosenContext(config: Kubeconfig, options: KubeconfigOptions): Entry | undefined {
  const name = options.context ?? config.currentContext;
  if (name === undefined) {
    if (options.cluster !== undefined) return undefined;
    throw new KubeconfigError(
      `kubeconfig ${config.files.join(', ')} has no current-context; choose one with --context (${known(config.contexts)})`,
    );
  }
  const context = config.contexts.get(name);
  if (context) return context;
  throw new KubeconfigError(
    `kubeconfig ${config.files.join(', ')} has no context "${name}"; choose one with --context (${known(config.contexts)})`,
  );
}

function named(
  config: Kubeconfig,
  entries: Map<string, Entry>,
  what: string,
  name: string | undefined,
  context: Entry | undefined,
): Entry | undefined {
  if (!name) return undefined;
  const entry = entries.get(name);
  if (entry) return entry;
  throw new KubeconfigError(
    `${where(config, context)} names the ${what} "${name}", which is not there (${known(entries)})`,
  );
}

const where = (config: Kubeconfig, context: Entry | undefined): string =>
  context ? `kubeconfig ${context.file}: context "${context.name}"` : `kubeconfig ${config.files.join(', ')}`;

const known = (entries: Map<string, Entry>): string =>
  entries.size === 0 ? 'there are none' : `there are: ${[...entries.keys()].join(', ')}`;

function clusterPart(cluster: Entry): Omit<Connection, 'namespace'> {
  const field = (name: string): string | undefined => text(cluster.fields[name], cluster.file, name);
  const server = field('server');
  const at = `kubeconfig ${cluster.file}: cluster "${cluster.name}"`;
  if (!server) throw new KubeconfigError(`${at} has no server; add one, such as https://127.0.0.1:6443`);
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new KubeconfigError(`${at}: server "${server}" is no address; write it as https://HOST:PORT`);
  }
  if (field('proxy-url')) throw new KubeconfigError(`${at} has a proxy-url, which is not supported; remove it`);
  const ca = dataOrFile(cluster, 'certificate-authority');
  const tlsServerName = field('tls-server-name');
  return {
    server: server.replace(/\/+$/, ''),
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.fields['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
  };
}

function userPart(user: Entry, now: () => number): Partial<Connection> {
  const field = (name: string): string | undefined => text(user.fields[name], user.file, name);
  const at = `kubeconfig ${user.file}: user "${user.name}"`;
  for (const plugin of ['exec', 'auth-provider']) {
    if (user.fields[plugin]) {
      throw new KubeconfigError(
        `${at} signs in with ${plugin}, which runs another program and is not supported; use a client certificate or a token`,
      );
    }
  }
  const cert = dataOrFile(user, 'client-certificate');
  const key = dataOrFile(user, 'client-key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new KubeconfigError(
      `${at} has a client-${cert === undefined ? 'key' : 'certificate'} alone; certificate and key belong together`,
    );
  }
  return {
    ...(cert !== undefined && key !== undefined ? { cert, key } : {}),
    ...tokenPart(user, now),
    ...basicPart(user.fields, field),
    ...impersonationPart(user.fields, field),
  };
}

function tokenPart(user: Entry, now: () => number): Partial<Connection> {
  const file = text(user.fields.tokenFile, user.file, 'tokenFile');
  const token = text(user.fields.token, user.file, 'token');
  return {
    ...(file ? { tokenSource: tokenFileSource(pathIn(user, file), now) } : {}),
    ...(token ? { token } : {}),
  };
}

function basicPart(fields: Fields, field: (name: string) => string | undefined): Partial<Connection> {
  if (fields.username === undefined) return {};
  return { basic: { username: field('username') ?? '', password: field('password') ?? '' } };
}

function impersonationPart(fields: Fields, field: (name: string) => string | undefined): Partial<Connection> {
  const user = field('as');
  if (!user) return {};
  const groups = Array.isArray(fields['as-groups']) ? (fields['as-groups'] as unknown[]).map(String) : [];
  const uid = field('as-uid');
  return { impersonate: { user, ...(groups.length > 0 ? { groups } : {}), ...(uid ? { uid } : {}) } };
}
