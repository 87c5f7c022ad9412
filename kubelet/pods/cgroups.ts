/**
 * The cgroups above a pod's containers: kubepods, then the class of service, then the pod with the sums of its
 * containers. Cgroup v1 (a tree for each controller) and v2 (one tree) are both written as plain files.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import { killHard } from '../kill-hard.js';
import { type QosClass, qosClass } from './config/qos.js';
import { podResources } from './config/resources.js';

const patience = { tries: 40, ms: 50 };

/** Below the kubelet's own group, by class of service. */
const classes: Record<QosClass, string> = { Guaranteed: '', Burstable: 'burstable', BestEffort: 'besteffort' };

export const defaultCgroup = '/kubepods';

type Setting = { controller: string; file: string; value: string };

/** The files to write, in order, below the pod's cgroup. Pure. */
export function cgroupSettings(pod: Pod, version: 1 | 2, mostProcesses?: number): Setting[] {
  const { shares, quota, period, memory } = podResources(pod);
  const v1: Setting[] = [
    { controller: 'cpu', file: 'cpu.shares', value: String(shares) },
    ...(quota > 0
      ? [
          { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(period) },
          { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(quota) },
        ]
      : []),
    ...(memory > 0 ? [{ controller: 'memory', file: 'memory.limit_in_bytes', value: String(memory) }] : []),
  ];
  // The same file in both versions.
  const pids =
    mostProcesses === undefined ? [] : [{ controller: 'pids', file: 'pids.max', value: String(mostProcesses) }];
  if (version === 1) return [...v1, ...pids];
  return [
    ...pids,
    { controller: 'cpu', file: 'cpu.weight', value: String(cpuWeight(shares)) },
    ...(quota > 0 ? [{ controller: 'cpu', file: 'cpu.max', value: `${quota} ${period}` }] : []),
    ...(memory > 0 ? [{ controller: 'memory', file: 'memory.max', value: String(memory) }] : []),
  ];
}

const noLimits: Record<1 | 2, Setting[]> = {
  1: [
    { controller: 'cpu', file: 'cpu.cfs_quota_us', value: '-1' },
    { controller: 'memory', file: 'memory.limit_in_bytes', value: '-1' },
  ],
  2: [
    { controller: 'cpu', file: 'cpu.max', value: 'max' },
    { controller: 'memory', file: 'memory.max', value: 'max' },
  ],
};

/** Shares from 2 to 262144 become weights from 1 to 10000. */
export const cpuWeight = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);
/** As far as weights tell. */
const sharesOf = (weight: number): number => 2 + Math.ceil(((weight - 1) * 262_142) / 9999);

const partFile = { 1: 'cpu.shares', 2: 'cpu.weight' } as const;
const leastShares = 2;
const mostShares = 262_144;

/** The part of the processors that pods have together, in the file's own unit, as their own files say. Pure. */
export function sumOfParts(parts: readonly number[], version: 1 | 2): number {
  const all = parts.map(part => (version === 1 ? part : sharesOf(part)));
  const shares = Math.min(
    mostShares,
    Math.max(
      leastShares,
      all.reduce((sum, one) => sum + one, 0),
    ),
  );
  return version === 1 ? shares : cpuWeight(shares);
}

export class Cgroups {
  readonly version: 1 | 2;
  #sharing = Promise.resolve();

  /** `parent` is the group that all pods of this kubelet are in. */
  constructor(
    private readonly parent: string = defaultCgroup,
    private readonly root = '/sys/fs/cgroup',
    /** Of each pod; as many as the node has unless given. */
    private readonly mostProcesses?: number,
  ) {
    this.version = existsSync(join(root, 'cgroup.controllers')) ? 2 : 1;
  }

  /** A cgroupfs path, as the sandbox's cgroup parent. */
  path(pod: Pod): string {
    return join(this.parent, classes[qosClass(pod)], `pod${pod.metadata.uid}`);
  }

  /** Throws when the kernel refuses a value. */
  async create(pod: Pod): Promise<void> {
    const path = this.path(pod);
    for (const { controller, file, value } of cgroupSettings(pod, this.version, this.mostProcesses)) {
      const dir = this.version === 2 ? join(this.root, path) : join(this.root, controller, path);
      await mkdir(dir, { recursive: true });
      if (this.version === 2) await this.#delegate(dir, controller);
      await writeFile(join(dir, file), value);
    }
    await this.#shareOut();
  }

  /**
   * Between processors' users a class of service counts as much as all of its pods have asked for, and best effort next to
   * nothing, however many there are of it. One after the other: the last one has seen all pods.
   */
  #shareOut(): Promise<void> {
    const share = async (): Promise<void> => {
      const all = join(this.root, this.version === 2 ? '' : 'cpu', this.parent);
      const file = partFile[this.version];
      const burstable = join(all, classes.Burstable);
      const pods = (await readdir(burstable).catch(() => [])).filter(name => name.startsWith('pod'));
      const parts = await Promise.all(pods.map(pod => readFile(join(burstable, pod, file), 'utf8').catch(() => '0')));
      await writeIfThere(join(burstable, file), sumOfParts(parts.map(Number).filter(Boolean), this.version));
      await writeIfThere(join(all, classes.BestEffort, file), sumOfParts([], this.version));
    };
    this.#sharing = this.#sharing.catch(() => {}).then(share);
    return this.#sharing;
  }

  /** Takes the limits away for a moment: its containers are to get other sizes, each with a limit of its own. */
  async widen(pod: Pod): Promise<void> {
    const path = this.path(pod);
    for (const { controller, file, value } of noLimits[this.version])
      await writeFile(join(this.root, this.version === 2 ? '' : controller, path, file), value);
  }

  /** In v2 a controller reaches a group only through all the groups above it. */
  async #delegate(dir: string, controller: string): Promise<void> {
    const above = dirname(dir);
    if (above.length < this.root.length) return;
    await this.#delegate(above, controller);
    await writeFile(join(above, 'cgroup.subtree_control'), `+${controller}`);
  }

  /**
   * Removes the pod's cgroup from every tree, with what the runtime left inside: groups, and processes of a container
   * that it was killed over. Throws when the kernel goes on holding one.
   */
  async remove(uid: string, clock: Clock): Promise<void> {
    const groups = (await this.#trees()).flatMap(tree =>
      Object.values(classes).map(name => join(tree, this.parent, name, `pod${uid}`)),
    );
    for (let tries = 1; ; tries++) {
      try {
        for (const group of groups) await removeTree(group);
        return await this.#shareOut();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === patience.tries) throw error;
        await Promise.all(groups.map(killAll));
        // The kernel holds a group for a moment after its last process has ended.
        await clock.sleep(patience.ms);
      }
    }
  }

  /** Removes the groups above the pods, unless another kubelet has pods in them. */
  async removeParents(): Promise<void> {
    for (const tree of await this.#trees())
      for (const name of ['burstable', 'besteffort', ''])
        await rmdir(join(tree, this.parent, name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT' && error.code !== 'EBUSY') throw error;
        });
  }

  async #trees(): Promise<string[]> {
    if (this.version === 2) return [this.root];
    const entries = await readdir(this.root, { withFileTypes: true });
    return entries.filter(e => e.isDirectory()).map(e => join(this.root, e.name));
  }
}

const writeIfThere = (file: string, value: number): Promise<void> =>
  writeFile(file, String(value), { flag: 'r+' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENODEV') throw error;
  });

/** All processes in the group and in those below it. */
async function killAll(group: string): Promise<void> {
  const files = await readdir(group, { recursive: true }).catch(() => []);
  for (const file of files.filter(name => basename(name) === 'cgroup.procs')) {
    const pids = await readFile(join(group, file), 'utf8').catch(() => '');
    // The kernel writes 0 for a process that is of another namespace.
    for (const pid of pids.split('\n').map(Number)) if (pid > 1) killHard(pid);
  }
}

async function removeTree(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(dir, entry.name));
  await rmdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
