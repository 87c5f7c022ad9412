/** The container runtime of this kubelet: the one at the given socket, or a containerd of its own with all it needs. */
import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { connectCri } from '../cri/connect.js';
import type { Cri } from '../cri/cri.js';
import type { Directories } from '../directories.js';
import { importLocalImages } from '../images/import.js';
import { pauseImage } from '../images/local.js';
import { keepNetwork, setUpNetwork } from '../network/setup.js';
import { isMounted, mount } from '../volumes/mounts.js';
import { findBinaries } from './binaries.js';
import { endOrphans } from './orphans.js';
import { containerdPaths, startContainerd } from './start.js';

export interface RuntimeOptions {
  directories: Directories;
  /** Of a runtime that somebody else runs: its network and sandbox image are theirs too. */
  criSocket?: string;
  bridge: string;
  podCidr: string;
  clusterCidr: string;
  log: Logger;
  clock: Clock;
}

export interface Runtime {
  cri: Cri;
  name: string;
  version: string;
  /** Starts a containerd of our own again if it has died; its pods have outlived it. Never throws. */
  revive(): Promise<void>;
  /** Watches over a runtime of our own: the network of its pods, its shims. Runs until the signal aborts; never throws. */
  keep(signal: AbortSignal): Promise<void>;
}

/** Throws an Error that says what is missing and how to mend it. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  if (process.getuid?.() !== 0)
    throw new Error('the kubelet makes containers, mounts and networks and so needs root; start it with sudo');
  await prepareDirectories(options.directories);
  const own = options.criSocket === undefined ? ownContainerd(options) : undefined;
  const cri = own ? await own.start() : connectCri(options.criSocket ?? '');
  const { runtimeName, runtimeVersion } = await cri.version().catch(error => {
    cri.close();
    throw new Error(
      `no container runtime answers at ${cri.socket}: ${(error as Error).message}; start it, or leave --cri-socket out`,
    );
  });
  return {
    cri,
    name: runtimeName,
    version: runtimeVersion,
    revive: async () => own?.revive(),
    keep: async signal => own?.keep(signal),
  };
}

function ownContainerd({ directories, log, clock, bridge, podCidr, clusterCidr }: RuntimeOptions) {
  const network = { bridge, podCidr, clusterCidr };
  const binaries = findBinaries();
  const launch = { dataDir: directories.root, binaries, sandboxImage: pauseImage, log, clock };
  return {
    async start(): Promise<Cri> {
      const [socket] = await Promise.all([startContainerd(launch), setUpNetwork({ directories, ...network })]);
      const cri = connectCri(socket);
      await importLocalImages({ cri, ctr: binaries.ctr, workDir: directories.images, clock });
      return cri;
    },
    async revive(): Promise<void> {
      await startContainerd(launch).catch(error =>
        log.error({ reason: (error as Error).message }, 'containerd is down'),
      );
    },
    async keep(signal: AbortSignal): Promise<void> {
      const { socket } = containerdPaths(directories.root);
      await Promise.all([keepNetwork(network, { clock, log, signal }), endOrphans({ socket, clock, log, signal })]);
    },
  };
}

async function prepareDirectories(directories: Directories): Promise<void> {
  const { root, pods, logs, memory, manifests } = directories;
  await Promise.all([root, pods, logs, memory, manifests].map(dir => mkdir(dir, { recursive: true, mode: 0o755 })));
  if (!(await isMounted(memory))) await mount(['-t', 'tmpfs', '-o', 'mode=0711', 'tmpfs', memory]);
}
