/**
 * The members of an etcd of the cluster's own, one for each control plane. Only the machine's own API servers call them,
 * and so they listen on loopback addresses, each on another: that of one can be cut off while the others go on. Pure.
 */
import { join } from 'node:path';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import type { ClusterConfig, Layout } from './layout.js';

type Config = Pick<ClusterConfig, 'datastore' | 'controlPlanes' | 'etcdPort' | 'nodeName'>;

export interface Member {
  /** Of its process, and among the members. */
  name: string;
  address: string;
}

export const defaultEtcdPort = 2379;

/** None when the objects are kept elsewhere. 127.0.0.1 is left to an etcd that the machine may have for other purposes. */
export const membersOf = ({ datastore, controlPlanes = 1 }: Pick<Config, 'datastore' | 'controlPlanes'>): Member[] =>
  datastore === 'etcd'
    ? Array.from({ length: controlPlanes }, (_, i) => ({
        name: controlPlanes === 1 ? 'etcd' : `etcd-${i + 1}`,
        address: `127.0.0.${i + 2}`,
      }))
    : [];

export const isMember = (process: string): boolean => /^etcd(-\d+)?$/.test(process);

const clientPort = ({ etcdPort = defaultEtcdPort }: Pick<Config, 'etcdPort'>): number => etcdPort;
const peerPort = (config: Pick<Config, 'etcdPort'>): number => clientPort(config) + 1;

export const memberUrl = (config: Pick<Config, 'etcdPort'>, { address }: Member): string =>
  `https://${address}:${clientPort(config)}`;
const peerUrl = (config: Pick<Config, 'etcdPort'>, { address }: Member): string =>
  `https://${address}:${peerPort(config)}`;

/** What each member listens on. */
export const memberPorts = (config: Pick<Config, 'etcdPort'>): number[] => [clientPort(config), peerPort(config)];

/** As an API server is told. */
export const datastoreOf = (config: Omit<Config, 'nodeName'>): string =>
  config.datastore === 'etcd'
    ? `etcd://${membersOf(config)
        .map(({ address }) => `${address}:${clientPort(config)}`)
        .join()}`
    : config.datastore;

/** With kubeadm's settings. Members know each other from the first start; what they learn later is in their data. */
export function memberCommand(layout: Layout, config: Config, member: Member): string[] {
  const { ca, server, peer } = pkiPaths(layout.dataDir).etcd;
  const flags = {
    name: member.name,
    'data-dir': join(layout.store, member.name),
    'listen-client-urls': memberUrl(config, member),
    'advertise-client-urls': memberUrl(config, member),
    'client-cert-auth': 'true',
    'trusted-ca-file': ca.cert,
    'cert-file': server.cert,
    'key-file': server.key,
    'listen-peer-urls': peerUrl(config, member),
    'initial-advertise-peer-urls': peerUrl(config, member),
    'peer-client-cert-auth': 'true',
    'peer-trusted-ca-file': ca.cert,
    'peer-cert-file': peer.cert,
    'peer-key-file': peer.key,
    'initial-cluster': membersOf(config)
      .map(each => `${each.name}=${peerUrl(config, each)}`)
      .join(),
    'initial-cluster-state': 'new',
    'initial-cluster-token': config.nodeName,
    // It keeps so many entries of its log in memory: by default ten times as many.
    'snapshot-count': '10000',
    logger: 'zap',
  };
  return [...supported, 'etcd', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}

/** Debian's is of a time when etcd had to be told to run on other processors than its makers'. */
const supported = process.arch === 'arm64' ? ['env', 'ETCD_UNSUPPORTED_ARCH=arm64'] : [];

/** What an API server needs to call them, as its flags. */
export function etcdFlags(layout: Pick<Layout, 'dataDir'>, config: Pick<Config, 'datastore'>): string[] {
  if (config.datastore !== 'etcd') return [];
  const { ca, client } = pkiPaths(layout.dataDir).etcd;
  return [`--etcd-cafile=${ca.cert}`, `--etcd-certfile=${client.cert}`, `--etcd-keyfile=${client.key}`];
}
