/**
 * How a machine that has only a token and the CA's hash comes to trust a cluster: it reads cluster-info from whoever
 * answers, checks the signature that only a holder of the token can have made and the CA's hash, and asks again over a
 * connection that this CA vouches for. kubeadm does the same, so either can join the other's clusters.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { load } from 'js-yaml';
import type { Clock } from '../../api/clock.js';
import type { ConfigMap } from '../../api/types.js';
import type { Connection } from '../../client/connection.js';
import { configMaps } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { Failure } from '../failure.js';

export interface Token {
  id: string;
  secret: string;
}

/** Throws a Failure when it does not look like one. */
export function parseToken(text: string): Token {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? [];
  if (!id || !secret)
    throw new Failure(
      "the token does not look like one (six characters, a dot, sixteen more, as in abcdef.0123456789abcdef): 'sudo ./orrery token create' makes one.",
    );
  return { id, secret };
}

/** 'sha256:...' of a certificate's public key (PEM), as kubeadm and RFC 7469 have it. */
export const keyHash = (certificate: string): string =>
  `sha256:${createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

export interface Discovery {
  /** 'https://192.0.2.1:6443' */
  server: string;
  token: Token;
  /** At least one of them must be the CA's. */
  hashes: readonly string[];
}

/** A token that was made a moment ago has not signed yet. */
const signingPatienceMs = 5_000;

/** Answers the cluster's CA (PEM). Throws a Failure that says what was not as it should be. */
export async function discoverAuthority({ server, token, hashes }: Discovery, clock: Clock): Promise<string> {
  const stranger: Connection = { server, namespace: 'default', insecureSkipTlsVerify: true };
  const began = clock.now();
  let unchecked = await clusterInfo(stranger);
  while (!signatureOf(unchecked, token) && clock.now() - began < signingPatienceMs) {
    await clock.sleep(200);
    unchecked = await clusterInfo(stranger);
  }
  const told = await kubeconfigIn(unchecked, token, server);
  const ca = authorityIn(told);
  if (ca === undefined) throw new Failure(`what ${server} says of itself (kube-public/cluster-info) names no CA.`);
  const found = keyHash(ca);
  if (!hashes.some(hash => hash.toLowerCase() === found))
    throw new Failure(
      `the CA of ${server} is ${found}, and not the one that was given: this may be another cluster, or somebody between.`,
    );
  const checked = await clusterInfo({ server, namespace: 'default', ca });
  if ((await kubeconfigIn(checked, token, server)) !== told)
    throw new Failure(`${server} says one thing to strangers and another to those who check: somebody may be between.`);
  return ca;
}

async function clusterInfo(connection: Connection): Promise<ConfigMap> {
  const client = connect(connection, { userAgent: 'orrery', timeoutMs: 15_000 });
  try {
    return await client.get(configMaps, { namespace: 'kube-public', name: 'cluster-info' });
  } catch (error) {
    throw new Failure(
      `${connection.server} does not say who it is (${(error as Error).message}): look at the address, and whether the cluster runs.`,
    );
  } finally {
    await client.close();
  }
}

const signatureOf = ({ data = {} }: ConfigMap, { id }: Token): string | undefined => data[`jws-kubeconfig-${id}`];

/** The kubeconfig in there, when the token has signed it. */
export async function kubeconfigIn(info: ConfigMap, token: Token, server: string): Promise<string> {
  const kubeconfig = info.data?.kubeconfig ?? '';
  const signature = signatureOf(info, token);
  if (signature === undefined)
    throw new Failure(
      `${server} knows no token ${token.id} that may sign: it may be over ('sudo ./orrery token list' on a control plane says).`,
    );
  const { compactVerify } = await import('jose');
  const [header = '', , mac = ''] = signature.split('.');
  const whole = `${header}.${Buffer.from(kubeconfig).toString('base64url')}.${mac}`;
  await compactVerify(whole, Buffer.from(token.secret), { algorithms: ['HS256'] }).catch(() => {
    throw new Failure(
      `what ${server} says of itself is not signed with this token: the token may be of another cluster.`,
    );
  });
  return kubeconfig;
}

export function authorityIn(kubeconfig: string): string | undefined {
  const found = (kubeconfig.trim() === '' ? {} : load(kubeconfig)) as {
    clusters?: { cluster?: Record<string, unknown> }[];
  };
  const data = found?.clusters?.[0]?.cluster?.['certificate-authority-data'];
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString() : undefined;
}
