/** What this machine is: read from the kernel and the system's files. */
import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, hostname, machine, release } from 'node:os';

export interface Machine {
  hostname: string;
  /** Go's names: linux, amd64. */
  architecture: string;
  cpus: number;
  memoryBytes: number;
  diskBytes: number;
  kernelVersion: string;
  osImage: string;
  machineID: string;
  systemUUID: string;
  bootID: string;
  /** Whether the kernel enforces SELinux labels. */
  selinux: boolean;
  /** Whether it knows AppArmor profiles. */
  apparmor: boolean;
}

/** What changes while it runs. */
export interface Load {
  memoryAvailableBytes: number;
  processes: number;
  processLimit: number;
}

const architectures: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', i686: '386', armv7l: 'arm' };

const text = async (path: string): Promise<string> => (await readFile(path, 'utf8').catch(() => '')).trim();

export async function readMachine(dataDir: string): Promise<Machine> {
  const [memory, os, disk, machineID, systemUUID, bootID, selinux, apparmor] = await Promise.all([
    text('/proc/meminfo'),
    text('/etc/os-release'),
    statfs(dataDir),
    text('/etc/machine-id'),
    text('/sys/class/dmi/id/product_uuid'),
    text('/proc/sys/kernel/random/boot_id'),
    text('/sys/fs/selinux/enforce'),
    text('/sys/module/apparmor/parameters/enabled'),
  ]);
  return {
    hostname: hostname(),
    architecture: architectures[machine()] ?? machine(),
    cpus: availableParallelism(),
    memoryBytes: kibibytes(memory, 'MemTotal') * 1024,
    diskBytes: disk.blocks * disk.bsize,
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(os)?.[1] ?? 'Linux',
    machineID,
    systemUUID: systemUUID || machineID,
    bootID,
    selinux: selinux !== '',
    apparmor: apparmor === 'Y',
  };
}

export async function readLoad(): Promise<Load> {
  const [memory, loadavg, limit] = await Promise.all([
    text('/proc/meminfo'),
    text('/proc/loadavg'),
    text('/proc/sys/kernel/pid_max'),
  ]);
  return {
    memoryAvailableBytes: kibibytes(memory, 'MemAvailable') * 1024,
    processes: Number(loadavg.split(' ')[3]?.split('/')[1] ?? 0),
    processLimit: Number(limit) || Number.POSITIVE_INFINITY,
  };
}

const kibibytes = (meminfo: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0);
