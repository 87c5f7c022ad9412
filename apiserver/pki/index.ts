/** Every key, certificate and kubeconfig that a cluster of one machine needs: kept while good, issued when not. */
import { type Pem, whyRenew } from './assess.js';
import { type Authority, ensureAuthority, PkiError } from './authority.js';
import { readIfThere, writeWhole } from './files.js';
import { type Identity, identities } from './identities.js';
import { newPrivateKey, privateKeyOf, privatePem, publicPem } from './keys.js';
import { embeddedCredentials, renderKubeconfig } from './kubeconfig.js';
import { ensurePair, type Issue, lazyIssuer } from './pair.js';
import { type KeyPair, type KubeconfigName, type PkiPaths, pkiPaths } from './paths.js';

export { PkiError } from './authority.js';
export { type KubeconfigName, type PkiPaths, pkiPaths } from './paths.js';

export interface PkiOptions {
  dataDir: string;
  nodeName: string;
  /** IP addresses and DNS names of this machine, for the serving certificates; the well-known ones are added. */
  addresses: readonly string[];
  /** The API server's URL, for the kubeconfigs. */
  server: string;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Idempotent: what is valid stays; what is missing, expires within 30 days, lacks an address or was issued by another
 * authority is issued anew. Throws PkiError when the authority's own files are damaged: they are never replaced.
 */
export async function ensurePki(options: PkiOptions): Promise<PkiPaths> {
  const paths = pkiPaths(options.dataDir);
  const authority = await ensureAuthority('kubernetes-ca', paths.ca, options.now);
  const proxies = await ensureAuthority('front-proxy-ca', paths.frontProxyCa, options.now);
  const issue = lazyIssuer(authority, options.now);
  const wanted = identities(options.nodeName, options.addresses);
  const pair = (files: KeyPair, identity: Identity): Promise<void> =>
    ensurePair(files, identity, authority, issue, options.now);
  const names = Object.keys(paths.kubeconfig) as KubeconfigName[];
  await Promise.all([
    pair(paths.apiserver, wanted.apiserver),
    pair(paths.kubeletClient, wanted.kubeletClient),
    pair(paths.kubelet, wanted.kubelet),
    ensurePair(paths.frontProxyClient, wanted.frontProxyClient, proxies, lazyIssuer(proxies, options.now), options.now),
    ensureTokenKeys(paths.serviceAccount),
    ...names.map(name => ensureKubeconfig(paths.kubeconfig[name], wanted.kubeconfig[name], authority, issue, options)),
  ]);
  return paths;
}

export interface NodePkiOptions extends PkiOptions {
  /** The data directory of the cluster, with its authority; `dataDir` is the node's own. */
  clusterDir: string;
}

/** What a node needs that is not the cluster's first: kept and renewed as ensurePki does it. Throws PkiError. */
export async function ensureNodePki(options: NodePkiOptions): Promise<void> {
  const paths = pkiPaths(options.dataDir);
  const authority = await ensureAuthority('kubernetes-ca', pkiPaths(options.clusterDir).ca, options.now);
  const issue = lazyIssuer(authority, options.now);
  const wanted = identities(options.nodeName, options.addresses);
  if ((await readIfThere(paths.ca.cert)) !== authority.pem) await writeWhole(paths.ca.cert, authority.pem, 0o644);
  await Promise.all([
    ensurePair(paths.kubelet, wanted.kubelet, authority, issue, options.now),
    ...(['kubelet', 'proxy'] as const).map(name =>
      ensureKubeconfig(paths.kubeconfig[name], wanted.kubeconfig[name], authority, issue, options),
    ),
  ]);
}

async function ensureKubeconfig(
  path: string,
  identity: Identity,
  authority: Authority,
  issue: Issue,
  { server, now }: PkiOptions,
): Promise<void> {
  const text = await readIfThere(path);
  const found = text === undefined ? {} : embeddedCredentials(text);
  const good = whyRenew(found, identity, authority.cert, now) === undefined;
  const credentials = good ? (found as Pem) : await issue(identity);
  const wanted = renderKubeconfig({ user: identity.commonName, server, caCert: authority.pem, credentials });
  if (text !== wanted) await writeWhole(path, wanted, 0o600);
}

/**
 * ES256. sa.pub begins with the public half of sa.key; others in it are kept, for they verify what older keys signed. So
 * a key is exchanged by removing sa.key: its tokens stay good until sa.pub is removed as well.
 */
async function ensureTokenKeys({ privateKey, publicKey }: PkiPaths['serviceAccount']): Promise<void> {
  const [found, foundPublic] = await Promise.all([readIfThere(privateKey), readIfThere(publicKey)]);
  const key = found === undefined ? newPrivateKey() : privateKeyOf(found);
  if (!key) throw new PkiError(`${privateKey} holds no private key: restore it from a backup`);
  if (found === undefined) await writeWhole(privateKey, privatePem(key), 0o600);
  const wanted = publicPem(key);
  if (foundPublic?.startsWith(wanted)) return;
  await writeWhole(publicKey, wanted + withoutKey(foundPublic ?? '', wanted), 0o644);
}

const withoutKey = (keys: string, key: string): string => keys.replace(key, '');
