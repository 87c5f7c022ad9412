/** What this node's pods and the machine use now: the runtime's figures, the cgroups', and the file systems'. */
import { type Clock, timestamp } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import type { Cri } from '../cri/cri.js';
import type { ContainerStats as CriStats } from '../cri/types.js';
import { type Directories, podName } from '../directories.js';
import type { DiskUse } from '../eviction/limits.js';
import { readLoad } from '../node/machine.js';
import type { Cgroups } from '../pods/cgroups.js';
import { containerOf, podOf } from '../pods/labels.js';
import { latest, readySandbox, type Seen } from '../pods/seen.js';
import { type FileSystem, fileSystem, sum, type Use, usage } from '../volumes/usage.js';
import type { PodVolumes, VolumeUse } from '../volumes/volumes.js';
import { CpuRates } from './rates.js';
import type { SandboxPids } from './sandbox-pids.js';
import type {
  ContainerStats,
  CpuStats,
  FsStats,
  MemoryStats,
  NetworkStats,
  PodStats,
  Summary,
} from './summary-types.js';
import { readCgroup, readInterfaces, readMachineUsage, type Usage } from './usage.js';

export interface StatsOptions {
  cri: Cri;
  cgroups: Cgroups;
  directories: Directories;
  volumes: PodVolumes;
  pids: SandboxPids;
  clock: Clock;
  nodeName: string;
  pods: () => readonly { pod: Pod; seen: Seen }[];
}

/** Files are counted this often, at most: that takes reading all directories. */
const countMs = 60_000;

interface Disks {
  node: FileSystem;
  images: FileSystem;
  imageBytes: number;
}

/** What a pod keeps on disk. */
export interface PodDisk {
  volumes: VolumeUse[];
  /** By container name. */
  logs: Map<string, Use>;
}

export class NodeStatistics {
  readonly #rates = new CpuRates();
  readonly #counted = new Map<string, { at: number; disk: Promise<PodDisk> }>();
  readonly #startedAt: number;

  constructor(private readonly options: StatsOptions) {
    this.#startedAt = options.clock.now();
  }

  async summary(): Promise<Summary> {
    const { cri, clock, nodeName, pods, directories } = this.options;
    const now = clock.now();
    const all = pods().filter(({ seen }) => readySandbox(seen));
    this.#forget(
      all.map(({ pod }) => pod.metadata.uid ?? ''),
      now,
    );
    const [machine, load, interfaces, stats, images] = await Promise.all([
      readMachineUsage(),
      readLoad(),
      readInterfaces('self'),
      cri.listContainerStats(),
      cri.imageFsInfo(),
    ]);
    const [node, store] = await Promise.all([
      fileSystem(directories.root),
      fileSystem(images[0]?.mountpoint || directories.root),
    ]);
    const disks = { node, images: store, imageBytes: images[0]?.usedBytes ?? 0 };
    const byId = new Map(stats.map(one => [one.attributes.id, one]));
    const imageFs = fs(store, { bytes: disks.imageBytes, inodes: store.inodesUsed }, now);
    const network = networkStats(interfaces, now);
    return {
      node: {
        nodeName,
        startTime: timestamp(this.#startedAt),
        cpu: this.#cpu('node', machine.cpuNanoseconds, now),
        memory: memory(machine, now),
        ...(network ? { network } : {}),
        fs: fs(node, { bytes: node.usedBytes, inodes: node.inodesUsed }, now),
        runtime: { imageFs, containerFs: imageFs },
        rlimit: { time: timestamp(now), maxpid: load.processLimit, curproc: load.processes },
      },
      pods: await Promise.all(all.map(one => this.#pod(one.pod, one.seen, byId, disks, now))),
    };
  }

  /** Counted at most once a minute. */
  podDisk(pod: Pod): Promise<PodDisk> {
    const { clock } = this.options;
    const uid = pod.metadata.uid ?? '';
    const known = this.#counted.get(uid);
    if (known && Math.abs(clock.now() - known.at) < countMs) return known.disk;
    const disk = this.#count(pod);
    this.#counted.set(uid, { at: clock.now(), disk });
    return disk;
  }

  /** Of these pods, counted anew: what they keep on disk, by their uids. */
  async diskUses(pods: readonly Pod[]): Promise<Map<string, DiskUse>> {
    const stats = await this.options.cri.listContainerStats();
    const uses = pods.map(async (pod): Promise<[string, DiskUse]> => {
      const { uid } = podName(pod);
      const { volumes, logs } = await this.#count(pod);
      const containers = new Map([...logs].map(([name, { bytes }]) => [name, bytes]));
      for (const one of stats.filter(({ attributes }) => podOf(attributes.labels)?.uid === uid)) {
        const name = containerOf(one.attributes.labels);
        containers.set(name, (containers.get(name) ?? 0) + layer(one).bytes);
      }
      const onDisk = volumes.filter(volume => volume.onDisk);
      return [uid, { volumes: new Map(onDisk.map(({ name, use }) => [name, use.bytes])), containers }];
    });
    return new Map(await Promise.all(uses));
  }

  async #count(pod: Pod): Promise<PodDisk> {
    const { volumes, directories } = this.options;
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    const folder = directories.podLogs(podName(pod));
    const logs = [...containers, ...initContainers].map(
      async ({ name }): Promise<[string, Use]> => [name, await usage(`${folder}/${name}`)],
    );
    return { volumes: await volumes.uses(pod), logs: new Map(await Promise.all(logs)) };
  }

  async #pod(pod: Pod, seen: Seen, stats: ReadonlyMap<string, CriStats>, disks: Disks, now: number): Promise<PodStats> {
    const { cgroups } = this.options;
    const name = podName(pod);
    const [used, disk, network] = await Promise.all([
      readCgroup(cgroups.path(pod), cgroups.version),
      this.podDisk(pod),
      pod.spec?.hostNetwork ? undefined : this.#network(seen, now),
    ]);
    const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
    const running = [...initContainers, ...containers, ...ephemeralContainers].flatMap(spec => {
      const container = latest(seen, spec.name);
      return container?.state === 'running' ? [container] : [];
    });
    const layers = running.map(({ id }) => layer(stats.get(id)));
    const own = [...layers, ...disk.logs.values(), ...disk.volumes.filter(v => v.onDisk).map(v => v.use)];
    return {
      podRef: name,
      startTime: pod.status?.startTime ?? timestamp(now),
      containers: running.map(({ id, name: container, startedAt }) =>
        this.#container(container, startedAt, stats.get(id), disk.logs.get(container), disks, now),
      ),
      ...(used ? { cpu: this.#cpu(name.uid, used.cpuNanoseconds, now), memory: memory(used, now) } : {}),
      ...(network ? { network } : {}),
      ...(disk.volumes.length > 0
        ? { volume: disk.volumes.map(volume => volumeStats(volume, name.namespace, now)) }
        : {}),
      'ephemeral-storage': fs(disks.node, sum(own), now),
      ...(used ? { process_stats: { process_count: used.processes } } : {}),
    };
  }

  #container(
    name: string,
    startedAt: number,
    stats: CriStats | undefined,
    logs: Use | undefined,
    disks: Disks,
    now: number,
  ): ContainerStats {
    const { cpu, memory: taken, attributes } = stats ?? {};
    const working = taken?.workingSetBytes?.value;
    return {
      name,
      startTime: timestamp(startedAt),
      ...(cpu && attributes ? { cpu: this.#cpu(attributes.id, cpu.usageCoreNanoSeconds?.value ?? 0, now) } : {}),
      ...(working === undefined
        ? {}
        : {
            memory: { time: timestamp(now), usageBytes: taken?.usageBytes?.value || working, workingSetBytes: working },
          }),
      rootfs: fs(disks.images, layer(stats), now),
      ...(logs ? { logs: fs(disks.node, logs, now) } : {}),
    };
  }

  #cpu(of: string, used: number, now: number): CpuStats {
    const nanoCores = this.#rates.nanoCores(of, used, now);
    return {
      time: timestamp(now),
      ...(nanoCores === undefined ? {} : { usageNanoCores: nanoCores }),
      usageCoreNanoSeconds: used,
    };
  }

  async #network(seen: Seen, now: number): Promise<NetworkStats | undefined> {
    const id = readySandbox(seen)?.id;
    if (id === undefined) return undefined;
    const pid = await this.options.pids.of(id);
    return pid === undefined ? undefined : networkStats(await readInterfaces(pid), now);
  }

  #forget(uids: readonly string[], now: number): void {
    this.#rates.forget(now);
    for (const uid of this.#counted.keys()) if (!uids.includes(uid)) this.#counted.delete(uid);
  }
}

const layer = (stats: CriStats | undefined): Use => ({
  bytes: stats?.writableLayer?.usedBytes?.value ?? 0,
  inodes: stats?.writableLayer?.inodesUsed?.value ?? 0,
});

function memory(usage: Usage, now: number): MemoryStats {
  const { memoryLimitBytes, memoryBytes, workingSetBytes, rssBytes } = usage;
  return {
    time: timestamp(now),
    ...(memoryLimitBytes === undefined ? {} : { availableBytes: Math.max(0, memoryLimitBytes - workingSetBytes) }),
    usageBytes: memoryBytes,
    workingSetBytes,
    rssBytes,
  };
}

const fs = (disk: FileSystem, use: Use, now: number): FsStats => ({
  time: timestamp(now),
  availableBytes: disk.availableBytes,
  capacityBytes: disk.capacityBytes,
  usedBytes: use.bytes,
  inodesFree: disk.inodesFree,
  inodes: disk.inodes,
  inodesUsed: use.inodes,
});

const volumeStats = ({ name, use, disk, claim }: VolumeUse, namespace: string, now: number) => ({
  ...fs(disk, use, now),
  name,
  ...(claim === undefined ? {} : { pvcRef: { name: claim, namespace } }),
});

/** The first interface stands for all, as eth0 does in a pod. */
function networkStats(interfaces: NetworkStats['interfaces'], now: number): NetworkStats | undefined {
  const [first] = interfaces;
  return first && { time: timestamp(now), ...first, interfaces };
}
