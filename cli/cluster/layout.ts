/** Where a cluster keeps its files, and what was decided when it was first started (ARCHITECTURE.md's table). */
import { existsSync, mkdirSync, readFileSync, renameSync, statfsSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.js';
import type { LivenessProbe } from './liveness/probe.js';

export const defaultDataDir = '/var/lib/orrery';

/** As it has to be added to a command that is about this cluster: '' for the usual one. */
export const dataDirFlag = (dataDir: string): string => (dataDir === defaultDataDir ? '' : ` --data-dir ${dataDir}`);

/** Decided by the first `up`, kept in cluster.json, and read by everything that runs afterwards. */
export interface ClusterConfig {
  nodeName: string;
  /** The node's address: what pods and other machines reach the API server and the kubelet at. */
  address: string;
  port: number;
  kubeletPort: number;
  /** 'lmdb', 'etcd' (members of the cluster's own) or 'etcd://host:port,...' */
  datastore: string;
  serviceCidr: string;
  clusterCidr: string;
  podCidr: string;
  /** How many nodes this machine has: itself, and further ones in network namespaces of their own. 1 unless said. */
  nodes?: number;
  /** The range of those further nodes' addresses, and of this machine's end of their cables. */
  nodeNetwork?: string;
  /** How many API servers and controllers stand in for each other. 1 unless said. */
  controlPlanes?: number;
  /** Of the cluster's own etcd, for its clients; members meet at the next. 2379 unless said. */
  etcdPort?: number;
  /** A node may be silent for so long; Kubernetes' 40 s unless said. */
  nodeMonitorGraceMs?: number;
  /** How the processes are asked whether they hang; kubeadm's way unless said. */
  livenessProbe?: LivenessProbe;
  /** Whether pods are told of a DNS of the cluster; they are unless said. */
  clusterDns?: boolean;
  /** The file that names the servers for all other names; the machine's own unless said. */
  resolvConf?: string;
  /** Flags for the API server, as Kubernetes names them: '--oidc-issuer-url=...'. */
  apiserverArgs?: string[];
}

export const defaults = {
  port: 6443,
  kubeletPort: 10250,
  datastore: 'lmdb',
  serviceCidr: '10.96.0.0/16',
  clusterCidr: '10.244.0.0/16',
  podCidr: '10.244.0.0/24',
} as const;

/** Of cluster.json and the folders beside it; a later Orrery that keeps things otherwise will count on. */
const format = 1;

/** Of an even number no more may be lost than of the odd one before it. */
export const controlPlaneCounts: readonly number[] = [1, 3, 5];

export const isDatastore = (text: string): boolean => /^(lmdb|memory|etcd|etcd:\/\/.+)$/.test(text);

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isPort = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
const isRange = (value: unknown): boolean => {
  const [address = '', bits = '', ...rest] = String(value).split('/');
  return isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && rest.length === 0;
};
const isProbe = (value: unknown): boolean => {
  const { periodSeconds, timeoutSeconds, failureThreshold, ...rest } = Object(value) as Record<string, unknown>;
  const numbers = [periodSeconds, timeoutSeconds, failureThreshold];
  return numbers.every(number => Number.isInteger(number) && Number(number) >= 1) && Object.keys(rest).length === 0;
};
const range: [string, (value: unknown) => boolean] = ['a range of IPv4 addresses', isRange];
const port: [string, (value: unknown) => boolean] = ['a port number', isPort];

const shape: Record<keyof ClusterConfig, [what: string, is: (value: unknown) => boolean]> = {
  nodeName: ['a name', isText],
  address: ['an IPv4 address', value => isIPv4(String(value))],
  port,
  kubeletPort: port,
  datastore: ['a datastore', value => isDatastore(String(value))],
  serviceCidr: range,
  clusterCidr: range,
  podCidr: range,
  nodes: ['a number of nodes', value => value === undefined || (Number.isInteger(value) && Number(value) >= 1)],
  controlPlanes: ['1, 3 or 5', value => value === undefined || controlPlaneCounts.includes(value as number)],
  etcdPort: ['a port number', value => value === undefined || isPort(value)],
  nodeNetwork: ['a range of IPv4 addresses', value => value === undefined || isRange(value)],
  nodeMonitorGraceMs: ['milliseconds', value => value === undefined || Number.isInteger(value)],
  livenessProbe: ['a probe', value => value === undefined || isProbe(value)],
  clusterDns: ['true or false', value => value === undefined || typeof value === 'boolean'],
  resolvConf: ['a file', value => value === undefined || isText(value)],
  apiserverArgs: [
    'a list of flags',
    value => value === undefined || (Array.isArray(value) && value.every(arg => typeof arg === 'string')),
  ],
};

export interface Layout {
  dataDir: string;
  config: string;
  pki: string;
  kubeconfigs: string;
  logs: string;
  run: string;
  node: string;
  /** The embedded store, or those of the members of the cluster's own etcd. */
  store: string;
  /** A folder for each further node. */
  nodes: string;
}

export const layoutOf = (dataDir: string): Layout => ({
  dataDir,
  config: join(dataDir, 'cluster.json'),
  pki: join(dataDir, 'pki'),
  kubeconfigs: join(dataDir, 'kubeconfig'),
  logs: join(dataDir, 'logs'),
  run: join(dataDir, 'run'),
  node: join(dataDir, 'node'),
  store: join(dataDir, 'store'),
  nodes: join(dataDir, 'nodes'),
});

/** undefined when no cluster was ever started here. Throws a Failure when the file is there and cannot be used. */
export function readConfig(layout: Layout): ClusterConfig | undefined {
  let text: string;
  try {
    text = readFileSync(layout.config, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Failure(`${layout.config} cannot be read (${code}): look at its permissions, or try with sudo.`);
  }
  return parseConfig(text, layout.config);
}

export function parseConfig(text: string, file: string): ClusterConfig {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
  if (typeof found !== 'object' || found === null) throw damaged(file, 'it holds no object');
  const { format: written = format, ...fields } = found as Record<string, unknown>;
  if (written !== format)
    throw new Failure(
      `${file} is of another version of Orrery (format ${JSON.stringify(written)}; this one knows ${format}): use that one, or forget the cluster with 'sudo ./orrery reset' and begin anew.`,
    );
  const bad = Object.entries(shape).find(([field, [, is]]) => !is(fields[field]));
  if (bad) throw damaged(file, `${bad[0]} should be ${bad[1][0]}`);
  return fields as unknown as ClusterConfig;
}

const damaged = (file: string, why: string): Failure =>
  new Failure(`${file} is damaged (${why}): mend it, or forget the cluster with 'sudo ./orrery reset' and begin anew.`);

/** mkdirSync's own `recursive` never returns below /proc, where nothing can be made. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o711 });
}

/** Written whole or not at all. Throws a Failure when the data directory cannot be written to. */
export function writeConfig(layout: Layout, config: ClusterConfig): void {
  const temporary = `${layout.config}.new`;
  try {
    makeFolder(layout.dataDir);
    writeFileSync(temporary, `${JSON.stringify({ format, ...config }, null, 2)}\n`);
    renameSync(temporary, layout.config);
  } catch (error) {
    throw unwritable(layout.dataDir, error as NodeJS.ErrnoException);
  }
}

/** Throws a Failure when less is free on its disk than the first minutes of a cluster take. */
export function requireRoom(dataDir: string, free = freeBytes): void {
  const megabytes = Math.floor(free(dataDir) / 1e6);
  if (megabytes < leastMegabytes)
    throw new Failure(
      `${megabytes} MB are free on the disk of ${dataDir}, and a cluster needs ${leastMegabytes}: make room there, or choose another with --data-dir.`,
    );
}

const leastMegabytes = 100;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const diskErrors: unknown[] = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO'];

/** Work that writes into the data directory. Throws a Failure when its disk does not take it. */
export async function ontoDisk<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failed = error as NodeJS.ErrnoException;
    throw diskErrors.includes(failed.code) ? unwritable(dataDir, failed) : error;
  }
}

const unwritable = (dataDir: string, { code }: NodeJS.ErrnoException): Failure =>
  new Failure(
    `the data directory ${dataDir} cannot be written to (${code}): mend its disk, or choose another with --data-dir.`,
  );
