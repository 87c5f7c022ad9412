/** Where a cluster keeps its files, and what was decided when it was first started (ARCHITECTURE.md's table). */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.js';

export const defaultDataDir = '/var/lib/orrery';

/** Decided by the first `up`, kept in cluster.json, and read by everything that runs afterwards. */
export interface ClusterConfig {
  nodeName: string;
  /** The node's address: what pods and other machines reach the API server and the kubelet at. */
  address: string;
  port: number;
  kubeletPort: number;
  /** 'lmdb' or 'etcd://host:port,...' */
  datastore: string;
  serviceCidr: string;
  clusterCidr: string;
  podCidr: string;
}

export const defaults = {
  port: 6443,
  kubeletPort: 10250,
  datastore: 'lmdb',
  serviceCidr: '10.96.0.0/16',
  clusterCidr: '10.244.0.0/16',
  podCidr: '10.244.0.0/24',
} as const;

const shape: Record<keyof ClusterConfig, 'string' | 'number'> = {
  nodeName: 'string',
  address: 'string',
  port: 'number',
  kubeletPort: 'number',
  datastore: 'string',
  serviceCidr: 'string',
  clusterCidr: 'string',
  podCidr: 'string',
};

export interface Layout {
  dataDir: string;
  config: string;
  pki: string;
  kubeconfigs: string;
  logs: string;
  run: string;
  node: string;
}

export const layoutOf = (dataDir: string): Layout => ({
  dataDir,
  config: join(dataDir, 'cluster.json'),
  pki: join(dataDir, 'pki'),
  kubeconfigs: join(dataDir, 'kubeconfig'),
  logs: join(dataDir, 'logs'),
  run: join(dataDir, 'run'),
  node: join(dataDir, 'node'),
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
  const wrong = whatIsWrong(text);
  if (wrong) {
    throw new Failure(
      `${file} is damaged (${wrong}): mend it, or forget the cluster with 'orrery reset' and begin anew.`,
    );
  }
  return JSON.parse(text) as ClusterConfig;
}

function whatIsWrong(text: string): string | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  if (typeof found !== 'object' || found === null) return 'it holds no object';
  const fields = found as Record<string, unknown>;
  const bad = Object.entries(shape).find(([field, type]) => typeof fields[field] !== type || fields[field] === '');
  return bad && `${bad[0]} should be a ${bad[1]}`;
}

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
    writeFileSync(temporary, `${JSON.stringify(config, null, 2)}\n`);
    renameSync(temporary, layout.config);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(
      `the data directory ${layout.dataDir} cannot be written to (${code}): choose another with --data-dir.`,
    );
  }
}
