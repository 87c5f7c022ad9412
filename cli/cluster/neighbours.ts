/**
 * Other clusters in this machine's network. Each has the pods' bridge and the service rules to itself; those in other
 * network namespaces are no neighbours.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../failure.js';
import { keeperMark } from './keeper/shell.js';

/** The data directories of the clusters that run beside the one in `dataDir`. */
export function neighbours(dataDir: string): string[] {
  const network = networkOf('self');
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const found = pids.flatMap(pid => {
    const other = dataDirOf(commandLine(pid));
    return other && other !== dataDir && networkOf(pid) === network ? [other] : [];
  });
  return [...new Set(found)];
}

/** Throws a Failure when another cluster has this machine's network. Not to be asked while the cluster itself runs. */
export function requireNoNeighbour(dataDir: string): void {
  const [other] = neighbours(dataDir);
  if (other)
    throw new Failure(
      `another cluster, that in ${other}, runs on this machine, and both would have the same bridge and service rules: run 'sudo ./orrery down --data-dir ${other}' first.`,
    );
}

/** For a command that finds no cluster where it looks: the one that its user may mean. */
export function noCluster(dataDir: string): string {
  const [other] = neighbours(dataDir);
  const hint = other === undefined ? '' : `; one runs in ${other}: add --data-dir ${other}`;
  return `there is no cluster in ${dataDir}${hint}`;
}

/** The data directory of the cluster that a keeper with this command line belongs to; undefined for all else. */
export function dataDirOf(commandLine: readonly string[]): string | undefined {
  const mark = commandLine.indexOf(keeperMark);
  const pidFile = mark === 3 ? commandLine[mark + 1] : undefined;
  return pidFile && dirname(dirname(pidFile));
}

/** Processes come and go while they are looked at: one that has gone has no command line. */
function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
