/** `orrery token create|list|delete`: what machines join with. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StatusError } from '../../api/status.js';
import type { AnyObject, Secret } from '../../api/types.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import type { Client, Resource } from '../../client/client.js';
import { clusterRoleBindings, clusterRoles, configMaps, roleBindings, roles, secrets } from '../../client/resources.js';
import { type ClusterConfig, layoutOf, readConfig } from '../cluster/layout.js';
import { noCluster } from '../cluster/neighbours.js';
import { adminClient } from '../cluster/readiness.js';
import { Failure } from '../failure.js';
import { joiners, objectsForJoining } from './cluster-facts.js';
import { keyHash, parseToken, type Token } from './discovery.js';

const namespace = 'kube-system';
const type = 'bootstrap.kubernetes.io/token';
const secretName = (id: string): string => `bootstrap-token-${id}`;

export interface CreateToken {
  dataDir: string;
  /** Made up unless given. */
  token?: string;
  /** 0: for ever. */
  ttlMs: number;
  description?: string;
  printJoinCommand: boolean;
}

/** Answers what to print. Throws a Failure when there is no cluster, or it does not answer. */
export async function createToken(options: CreateToken, now: number): Promise<string> {
  const { dataDir, ttlMs, description, printJoinCommand } = options;
  const token = options.token === undefined ? newToken() : parseToken(options.token);
  const config = clusterIn(dataDir);
  await withAdmin(dataDir, async client => {
    for (const object of objectsForJoining(config)) await put(client, object);
    const expires = ttlMs > 0 ? { expiration: new Date(now + ttlMs).toISOString().replace(/\.\d+Z$/, 'Z') } : {};
    await client
      .create(secrets, tokenSecret(token, { ...expires, ...(description === undefined ? {} : { description }) }))
      .catch(error => {
        if (error instanceof StatusError && error.status.code === 409)
          throw new Failure(
            `a token with id "${token.id}" already exists: 'orrery token delete ${token.id}' removes it.`,
          );
        throw error;
      });
  });
  const text = `${token.id}.${token.secret}`;
  if (!printJoinCommand) return text;
  const hash = keyHash(readFileSync(pkiPaths(dataDir).ca.cert, 'utf8'));
  return `orrery join ${config.address}:${config.port} --token ${text} --discovery-token-ca-cert-hash ${hash}`;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const random = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '').join('');
const newToken = (): Token => ({ id: random(6), secret: random(16) });

export function tokenSecret({ id, secret }: Token, more: Record<string, string>): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(id), namespace },
    type,
    stringData: {
      'token-id': id,
      'token-secret': secret,
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': joiners,
      ...more,
    },
  };
}

/** A line each: the token, when it ends, and what it is for. */
export async function listTokens(dataDir: string): Promise<string[][]> {
  clusterIn(dataDir);
  const { items } = await withAdmin(dataDir, client =>
    client.list(secrets, { namespace, fieldSelector: `type=${type}` }),
  );
  const rows = items.map(({ data = {} }) => {
    const field = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
    const token = `${field('token-id')}.${field('token-secret')}`;
    return [token, field('expiration') || '<forever>', field('description') || '<none>'];
  });
  return [['TOKEN', 'EXPIRES', 'DESCRIPTION'], ...rows];
}

/** By the whole token or its id. Throws a Failure when there is none. */
export async function deleteToken(dataDir: string, given: string): Promise<string> {
  clusterIn(dataDir);
  const id = /^[a-z0-9]{6}$/.test(given) ? given : parseToken(given).id;
  await withAdmin(dataDir, client =>
    client.delete(secrets, { namespace, name: secretName(id) }).catch(error => {
      if (error instanceof StatusError && error.status.code === 404) throw new Failure(`there is no token ${id}.`);
      throw error;
    }),
  );
  return `bootstrap token "${id}" deleted`;
}

function clusterIn(dataDir: string): ClusterConfig {
  const config = readConfig(layoutOf(dataDir));
  if (!config) throw new Failure(`${noCluster(dataDir)}: tokens are made where the control plane is.`);
  return config;
}

async function withAdmin<T>(dataDir: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = adminClient(dataDir);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: resources of different kinds stand in one table
const resourceOf: Record<string, Resource<any>> = {
  ClusterRole: clusterRoles,
  ClusterRoleBinding: clusterRoleBindings,
  ConfigMap: configMaps,
  Role: roles,
  RoleBinding: roleBindings,
};

/** As it should be, whatever was there. */
async function put(client: Client, object: AnyObject): Promise<void> {
  const { name = '', namespace: within } = object.metadata;
  const resource = resourceOf[object.kind] as Resource<AnyObject>;
  const where = { name, ...(within === undefined ? {} : { namespace: within }) };
  await client.patch(resource, where, 'apply', object, { fieldManager: 'orrery', force: true });
}
