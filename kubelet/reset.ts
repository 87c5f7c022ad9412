/** Takes a node apart: its pods, its containerd, its network, its mounts, and (when asked) its data. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { findBinaries } from './containerd/binaries.js';
import { endOrphansOnce } from './containerd/orphans.js';
import { containerdPaths, startContainerd, stopContainerd } from './containerd/start.js';
import { connectCri } from './cri/connect.js';
import { type Cri, isNotFound } from './cri/cri.js';
import { Directories } from './directories.js';
import { pauseImage } from './images/local.js';
import { containerdViews } from './images/views.js';
import { defaultBridge } from './kubelet.js';
import { forgetAddresses, tearDownNetwork } from './network/setup.js';
import { Cgroups } from './pods/cgroups.js';
import { ImageVolumes } from './volumes/images.js';
import { removeWithMounts, unmountBelow } from './volumes/mounts.js';

export interface ResetOptions {
  /** The kubelet's; the kubelet itself must not run any more. */
  dataDir: string;
  bridge?: string;
  cgroupParent?: string;
  /** Also removes images, logs and everything else below dataDir. */
  removeData: boolean;
  log: Logger;
  clock: Clock;
}

/** What is not there is not missed: it can be called again after a failure. */
export async function resetNode(options: ResetOptions): Promise<void> {
  const { dataDir, bridge = defaultBridge, removeData, log, clock } = options;
  const directories = new Directories(dataDir);
  // Pods outlive their containerd, and only a containerd can remove them: one that has died is started once more.
  if (existsSync(containerdPaths(dataDir).config)) {
    const socket = await startContainerd({ dataDir, binaries: findBinaries(), sandboxImage: pauseImage, log, clock });
    const cri = connectCri(socket);
    await removePods(cri)
      .then(() => removeImageVolumes(directories, cri))
      .finally(() => cri.close());
    await endOrphansOnce(socket);
    await stopContainerd(dataDir, clock);
  }
  await removeCgroups(directories, new Cgroups(options.cgroupParent), clock);
  // Without its pods, as after the machine's own restart: what they wrote into their volumes on disk is theirs.
  await unmountBelow(directories.pods);
  await removeWithMounts(directories.memory);
  await tearDownNetwork(bridge);
  await forgetAddresses(directories);
  if (removeData) await removeWithMounts(dataDir);
  else await rm(containerdPaths(dataDir).config, { force: true });
}

/** At once, without grace: whoever takes the node apart does not wait for its pods. */
async function removePods(cri: Cri): Promise<void> {
  const gone = (error: unknown): void => {
    if (!isNotFound(error)) throw error;
  };
  const sandboxes = await cri.listPodSandbox();
  await Promise.all(
    sandboxes.map(async ({ id }) => {
      await cri.stopPodSandbox(id).catch(gone);
      await cri.removePodSandbox(id).catch(gone);
    }),
  );
}

/** What was mounted of images is in containerd's store, which may stay. */
async function removeImageVolumes(directories: Directories, cri: Cri): Promise<void> {
  const volumes = new ImageVolumes(directories, containerdViews(cri));
  for (const uid of await namesIn(directories.pods)) {
    await unmountBelow(directories.subPaths(uid));
    await volumes.unmount(uid);
  }
}

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/** Of all pods that have left a directory here. */
async function removeCgroups({ pods, logs }: Directories, cgroups: Cgroups, clock: Clock): Promise<void> {
  const ofLogs = (await namesIn(logs)).map(name => name.split('_')[2] ?? '');
  const uids = new Set([...(await namesIn(pods)), ...ofLogs].filter(Boolean));
  await Promise.all([...uids].map(uid => cgroups.remove(uid, clock)));
  await cgroups.removeParents();
}
