/** The certificates of a node that has joined: asked for with a token at first, later with those that it has. */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../api/clock.js';
import { expiresSoon } from '../../apiserver/pki/assess.js';
import { renderKubeconfig } from '../../apiserver/pki/kubeconfig.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import type { Client } from '../../client/client.js';
import type { Connection } from '../../client/connection.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect } from '../../client/rest/index.js';
import type { Layout } from '../cluster/layout.js';
import { requestCertificate } from './certificate.js';

export interface Own {
  server: string;
  /** PEM */
  ca: string;
  nodeName: string;
}

interface Pair {
  cert: string;
  key: string;
}

const identity = (nodeName: string) => ({ commonName: `system:node:${nodeName}`, organization: 'system:nodes' });

/** With which it calls the API server. `client` is a holder of a token, or the node itself. */
export const clientPair = (client: Client, { nodeName }: Own): Promise<Pair> =>
  requestCertificate(
    client,
    {
      ...identity(nodeName),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    },
    systemClock,
  );

/** With which its kubelet serves. `client` is the node itself. */
export const servingPair = (client: Client, { nodeName }: Own): Promise<Pair> =>
  requestCertificate(
    client,
    {
      ...identity(nodeName),
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'server auth'],
      dns: [nodeName],
    },
    systemClock,
  );

/** All that the node's processes read. The proxy has the node's identity. */
export function writeCredentials(layout: Layout, { server, ca, nodeName }: Own, own: Pair, serving: Pair): void {
  const paths = pkiPaths(layout.dataDir);
  for (const folder of [layout.pki, layout.kubeconfigs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { commonName: user } = identity(nodeName);
  const kubeconfig = renderKubeconfig({ user, server, caCert: ca, credentials: own });
  const files: [path: string, text: string][] = [
    [paths.ca.cert, ca],
    [paths.kubelet.cert, serving.cert],
    [paths.kubelet.key, serving.key],
    [paths.kubeconfig.kubelet, kubeconfig],
    [paths.kubeconfig.proxy, kubeconfig],
  ];
  for (const [path, text] of files) {
    // Whole or not at all: processes that run take them up (rotation.ts).
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

export const connectionOf = (layout: Layout): Connection =>
  loadKubeconfig({ path: pkiPaths(layout.dataDir).kubeconfig.kubelet });

/** What ends within a month is asked for anew. Answers whether it was. Throws a Failure when the cluster refuses. */
export async function renewCredentials(layout: Layout, nodeName: string, now: number): Promise<boolean> {
  const connection = connectionOf(layout);
  const { cert = '' } = connection;
  const certificates = [cert, readFileSync(pkiPaths(layout.dataDir).kubelet.cert, 'utf8')];
  if (!certificates.some(pem => expiresSoon(new X509Certificate(pem), now))) return false;
  await replaceCredentials(layout, nodeName);
  return true;
}

/** Asked for with those that the node has. Throws a Failure when the cluster refuses. */
export async function replaceCredentials(layout: Layout, nodeName: string): Promise<void> {
  const connection = connectionOf(layout);
  const { server, ca = '' } = connection;
  const own: Own = { server, ca, nodeName };
  const client = connect(connection, { userAgent: 'orrery' });
  try {
    const [forCalls, forServing] = await Promise.all([clientPair(client, own), servingPair(client, own)]);
    writeCredentials(layout, own, forCalls, forServing);
  } finally {
    await client.close();
  }
}
