/** The certificates of a cluster's own etcd: of its members, and of the API servers as their clients. */
import { ensureAuthority } from './authority.js';
import type { Identity } from './identities.js';
import { ensurePair, lazyIssuer } from './pair.js';
import { type EtcdPaths, pkiPaths } from './paths.js';

export interface EtcdPkiOptions {
  dataDir: string;
  /** Where the members listen. They are on one machine, and share their certificates. */
  addresses: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
}

/** Idempotent, as ensurePki. Throws PkiError when the authority's own files are damaged. */
export async function ensureEtcdPki({ dataDir, addresses, now }: EtcdPkiOptions): Promise<EtcdPaths> {
  const paths = pkiPaths(dataDir).etcd;
  const authority = await ensureAuthority('etcd-ca', paths.ca, now);
  const issue = lazyIssuer(authority, now);
  // A member calls others, and itself, with what it serves with, and is asked for the address that it calls from as well.
  const from = [...new Set([...addresses, '127.0.0.1'])];
  const member: Identity = { commonName: 'etcd', usages: ['serverAuth', 'clientAuth'], addresses: from };
  const client: Identity = { commonName: 'kube-apiserver-etcd-client', usages: ['clientAuth'], addresses: [] };
  await Promise.all([
    ensurePair(paths.server, member, authority, issue, now),
    ensurePair(paths.peer, member, authority, issue, now),
    ensurePair(paths.client, client, authority, issue, now),
  ]);
  return paths;
}
