/** Where the cluster's keys and certificates lie below the data directory (ARCHITECTURE.md has the table). */
import { join } from 'node:path';

export interface KeyPair {
  cert: string;
  key: string;
}

export interface PkiPaths {
  dir: string;
  ca: KeyPair;
  /** Signs proxies that authenticate users for the API server, and nobody else. */
  frontProxyCa: KeyPair;
  /** With which the API server, as such a proxy, calls aggregated ones. */
  frontProxyClient: KeyPair;
  /** The API server's serving certificate. */
  apiserver: KeyPair;
  /** With which the API server calls kubelets. */
  kubeletClient: KeyPair;
  /** The kubelet's serving certificate. */
  kubelet: KeyPair;
  /** Signs service account tokens, and checks them. */
  serviceAccount: { privateKey: string; publicKey: string };
  /** Of the cluster's own etcd, where it has one. */
  etcd: EtcdPaths;
  kubeconfig: Record<KubeconfigName, string>;
}

/** Where kubeadm has them. An authority of their own: who may call the API server may not, for that, write into its store. */
export interface EtcdPaths {
  ca: KeyPair;
  /** What members show their clients. */
  server: KeyPair;
  /** What they show each other. */
  peer: KeyPair;
  /** What the API servers show them. */
  client: KeyPair;
}

export type KubeconfigName = 'admin' | 'controllers' | 'scheduler' | 'kubelet' | 'proxy';

export function pkiPaths(dataDir: string): PkiPaths {
  const dir = join(dataDir, 'pki');
  const pair = (name: string): KeyPair => ({ cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) });
  const kubeconfig = (name: KubeconfigName): string => join(dataDir, 'kubeconfig', `${name}.conf`);
  return {
    dir,
    ca: pair('ca'),
    frontProxyCa: pair('front-proxy-ca'),
    frontProxyClient: pair('front-proxy-client'),
    apiserver: pair('apiserver'),
    kubeletClient: pair('apiserver-kubelet-client'),
    kubelet: pair('kubelet'),
    serviceAccount: serviceAccountKeys(dir),
    etcd: {
      ca: pair('etcd/ca'),
      server: pair('etcd/server'),
      peer: pair('etcd/peer'),
      client: pair('apiserver-etcd-client'),
    },
    kubeconfig: {
      admin: kubeconfig('admin'),
      controllers: kubeconfig('controllers'),
      scheduler: kubeconfig('scheduler'),
      kubelet: kubeconfig('kubelet'),
      proxy: kubeconfig('proxy'),
    },
  };
}

/** Holds keys: for its owner only. */
export const encryptionConfigPath = (dataDir: string): string => join(dataDir, 'pki', 'encryption.yaml');

export const serviceAccountKeys = (pkiDir: string): PkiPaths['serviceAccount'] => ({
  privateKey: join(pkiDir, 'sa.key'),
  publicKey: join(pkiDir, 'sa.pub'),
});
