/** What the kernel says is used, by the machine and by a cgroup. The parsing is pure. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InterfaceStats } from './summary-types.js';

export interface Usage {
  cpuNanoseconds: number;
  memoryBytes: number;
  /** What cannot be given back at once: usage without file pages that were not used lately. */
  workingSetBytes: number;
  rssBytes: number;
  /** Absent where nothing limits it. */
  memoryLimitBytes?: number;
  processes: number;
}

/** The kernel counts in hundredths of a second (USER_HZ) towards programs, on all machines. */
const tickNs = 10_000_000;

/** /proc/stat and /proc/meminfo. Guests' time is within the user's. */
export function machineUsage(stat: string, meminfo: string, processes: number): Usage {
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0);
  const bytes = (name: string): number => kilobytes(name) * 1024;
  const used = bytes('MemTotal') - bytes('MemFree');
  return {
    cpuNanoseconds: (user + nice + system + irq + soft + steal) * tickNs,
    memoryBytes: used,
    workingSetBytes: Math.max(0, used - bytes('Inactive\\(file\\)')),
    rssBytes: bytes('AnonPages'),
    memoryLimitBytes: bytes('MemTotal'),
    processes,
  };
}

/** Beyond this a limit is none: v1 writes the largest number of pages. */
const noLimit = 2 ** 60;

const field = (text: string, name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);

export interface CgroupFiles {
  cpu: string;
  memory: string;
  stat: string;
  limit: string;
  pids: string;
}

/** The texts of the files that `cgroupFiles` names. Undefined when the group is gone. */
export function cgroupUsage(files: CgroupFiles, version: 1 | 2): Usage | undefined {
  if (files.cpu === '' || files.memory === '') return undefined;
  const usage = Number(files.memory);
  const inactive = field(files.stat, version === 1 ? 'total_inactive_file' : 'inactive_file');
  const limit = Number(files.limit);
  return {
    cpuNanoseconds: version === 1 ? Number(files.cpu) : field(files.cpu, 'usage_usec') * 1000,
    memoryBytes: usage,
    workingSetBytes: Math.max(0, usage - inactive),
    rssBytes: field(files.stat, version === 1 ? 'total_rss' : 'anon'),
    ...(limit > 0 && limit < noLimit ? { memoryLimitBytes: limit } : {}),
    processes: Number(files.pids),
  };
}

/** Where they are, below the root of all cgroups. */
const cgroupFiles: Record<1 | 2, [keyof CgroupFiles, controller: string, file: string][]> = {
  1: [
    ['cpu', 'cpuacct', 'cpuacct.usage'],
    ['memory', 'memory', 'memory.usage_in_bytes'],
    ['stat', 'memory', 'memory.stat'],
    ['limit', 'memory', 'memory.limit_in_bytes'],
    ['pids', 'pids', 'pids.current'],
  ],
  2: [
    ['cpu', '', 'cpu.stat'],
    ['memory', '', 'memory.current'],
    ['stat', '', 'memory.stat'],
    ['limit', '', 'memory.max'],
    ['pids', '', 'pids.current'],
  ],
};

const text = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

/** `path` is that of the group. */
export async function readCgroup(path: string, version: 1 | 2, root = '/sys/fs/cgroup'): Promise<Usage | undefined> {
  const found = await Promise.all(
    cgroupFiles[version].map(async ([key, controller, file]) => [key, await text(join(root, controller, path, file))]),
  );
  return cgroupUsage(Object.fromEntries(found) as CgroupFiles, version);
}

export async function readMachineUsage(): Promise<Usage> {
  const [stat, meminfo, loadavg] = await Promise.all(['/proc/stat', '/proc/meminfo', '/proc/loadavg'].map(text));
  return machineUsage(stat ?? '', meminfo ?? '', Number(loadavg?.split(' ')[3]?.split('/')[1] ?? 0));
}

export interface InterfaceCounts extends InterfaceStats {
  rxPackets: number;
  rxDropped: number;
  txPackets: number;
  txDropped: number;
}

/** /proc/PID/net/dev: the interfaces of a process's network, without the loopback. */
export function interfacesOf(netDev: string): InterfaceCounts[] {
  return netDev.split('\n').flatMap(line => {
    const [, name, counts] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (!name || !counts || name === 'lo') return [];
    const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0, ...more] = counts.split(/\s+/).map(Number);
    const [, , , , txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = more;
    return [{ name, rxBytes, rxPackets, rxErrors, rxDropped, txBytes, txPackets, txErrors, txDropped }];
  });
}

export const readInterfaceCounts = async (pid: number): Promise<InterfaceCounts[]> =>
  interfacesOf(await text(`/proc/${pid}/net/dev`));

/** What the summary tells of them. */
export const readInterfaces = async (pid: number | 'self'): Promise<InterfaceStats[]> =>
  interfacesOf(await text(`/proc/${pid}/net/dev`)).map(({ name, rxBytes, rxErrors, txBytes, txErrors }) => ({
    ...{ name, rxBytes, rxErrors, txBytes, txErrors },
  }));
