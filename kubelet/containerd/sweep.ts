/**
 * What a containerd that was killed while it made a sandbox has forgotten: a network namespace, and an address and host
 * ports that no sandbox has. Its next life knows nothing of them, so they are looked for before it and removed once it runs.
 */
import { readdir, readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { basename, join } from 'node:path';
import type { Logger } from 'pino';
import { connectCri } from '../cri/connect.js';
import { type Cri, isNotFound } from '../cri/cri.js';
import { Directories } from '../directories.js';
import { configFile } from '../network/cni.js';
import { releaseNetwork } from '../network/release.js';
import { removeWithMounts } from '../volumes/mounts.js';
import type { ContainerdPaths } from './config.js';

export interface Remains {
  /** Paths of network namespaces. */
  namespaces: readonly string[];
  /** Ids of the sandboxes that addresses were given to. */
  holders: readonly string[];
}

export interface Sandbox {
  id: string;
  /** The path of its network namespace; absent where it has none of its own. */
  namespace?: string;
}

/** What is there while no containerd runs: later there would be things in the making among it. */
export async function remains(paths: ContainerdPaths, dataDir: string): Promise<Remains> {
  const networks = await pathsIn(new Directories(dataDir).ipam);
  const files = (await Promise.all(networks.map(pathsIn))).flat().filter(path => isIPv4(basename(path)));
  return {
    namespaces: await pathsIn(join(paths.state, 'io.containerd.grpc.v1.cri', 'netns')),
    holders: await Promise.all(files.map(async path => firstLine(await readFile(path, 'utf8')))),
  };
}

const pathsIn = async (dir: string): Promise<string[]> =>
  (await readdir(dir).catch(() => [])).map(name => join(dir, name));

const firstLine = (text: string): string => text.split(/\r?\n/)[0] ?? '';

/** What of it no sandbox has. Pure. */
export function forgotten({ namespaces, holders }: Remains, sandboxes: readonly Sandbox[]): Remains {
  const owned = new Set(sandboxes.map(({ namespace }) => namespace));
  const ids = new Set(sandboxes.map(({ id }) => id));
  return {
    namespaces: namespaces.filter(path => !owned.has(path)),
    holders: [...new Set(holders)].filter(id => !ids.has(id)),
  };
}

export interface SweepOptions {
  paths: ContainerdPaths;
  /** Of the network plug-ins. */
  cniDir: string;
  log: Logger;
}

/** Never throws: what cannot be removed now costs little, and is found again by the next start. */
export async function sweep(before: Remains, { paths, cniDir, log }: SweepOptions): Promise<void> {
  if (before.namespaces.length + before.holders.length === 0) return;
  const cri = connectCri(paths.socket);
  try {
    const { namespaces, holders } = forgotten(before, await sandboxesOf(cri));
    for (const sandbox of holders) {
      await releaseNetwork(sandbox, join(paths.cniConf, configFile), cniDir);
      log.info({ sandbox }, 'gave back the network of a sandbox that an earlier containerd had forgotten');
    }
    for (const path of namespaces) {
      await removeWithMounts(path);
      log.info({ path }, 'removed a network namespace that an earlier containerd had forgotten');
    }
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'what an earlier containerd had forgotten could not be removed');
  } finally {
    cri.close();
  }
}

async function sandboxesOf(cri: Cri): Promise<Sandbox[]> {
  const listed = await cri.listPodSandbox();
  const described = listed.map(async ({ id }): Promise<Sandbox> => {
    const { info } = await cri.podSandboxInfo(id).catch(error => {
      if (isNotFound(error)) return { info: undefined };
      throw error;
    });
    const namespace = namespaceIn(info ?? '{}');
    return { id, ...(namespace === undefined ? {} : { namespace }) };
  });
  return Promise.all(described);
}

interface Info {
  runtimeSpec?: { linux?: { namespaces?: { type: string; path?: string }[] } };
}

/** Of containerd's description of a sandbox. */
export const namespaceIn = (info: string): string | undefined =>
  (JSON.parse(info) as Info).runtimeSpec?.linux?.namespaces?.find(({ type }) => type === 'network')?.path;
