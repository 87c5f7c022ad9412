/** The cluster's certificates and kubeconfigs, and the user's own kubeconfig, which points at the cluster. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { systemClock } from '../../api/clock.js';
import { ensureEncryption } from '../../apiserver/pki/encryption.js';
import { ensureEtcdPki } from '../../apiserver/pki/etcd.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import { Failure } from '../failure.js';
import { membersOf } from './etcd.js';
import type { ClusterConfig, Layout } from './layout.js';
import {
  changeKubeconfig,
  type KubeconfigFile,
  kubeconfigTargets,
  namesCluster,
  sudoCaller,
  withCluster,
  withoutCluster,
} from './user-kubeconfig.js';

/** Keeps what is good, and makes what is missing or no longer fits the address. Throws a Failure when it is damaged. */
export async function prepareCredentials(layout: Layout, config: ClusterConfig): Promise<void> {
  await certificates(layout, config);
  const admin = load(await readFile(join(layout.kubeconfigs, 'admin.conf'), 'utf8')) as KubeconfigFile;
  for (const target of usersKubeconfigs()) changeKubeconfig(target, existing => withCluster(existing, admin));
}

async function certificates(layout: Layout, config: ClusterConfig): Promise<void> {
  const { ensurePki, PkiError } = await import('../../apiserver/pki/index.js');
  try {
    // What is kept in an etcd of others, they must be able to read.
    if (config.datastore === 'lmdb' || config.datastore === 'etcd') await ensureEncryption(layout.dataDir);
    await ensurePki({
      dataDir: layout.dataDir,
      nodeName: config.nodeName,
      addresses: [config.address, hostname()],
      server: `https://${config.address}:${config.port}`,
      now: systemClock.now(),
    });
    const addresses = membersOf(config).map(({ address }) => address);
    if (addresses.length > 0) await ensureEtcdPki({ dataDir: layout.dataDir, addresses, now: systemClock.now() });
  } catch (error) {
    if (error instanceof PkiError) throw new Failure(`${error.message}, or begin anew with 'sudo ./orrery reset'.`);
    throw error;
  }
}

/** Takes the cluster out of the user's kubeconfig, and no other that may have its name by now. */
export async function forgetCredentials(layout: Layout): Promise<void> {
  const { cert } = pkiPaths(layout.dataDir).ca;
  if (!existsSync(cert)) return;
  const authority = await readFile(cert, 'utf8');
  for (const target of usersKubeconfigs().filter(({ path }) => existsSync(path))) {
    changeKubeconfig(target, existing => (namesCluster(existing, authority) ? withoutCluster(existing) : existing));
  }
}

function usersKubeconfigs(): ReturnType<typeof kubeconfigTargets> {
  const self = { home: homedir(), uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return kubeconfigTargets(process.env, self, sudoCaller(process.env));
}
