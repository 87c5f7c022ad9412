/** A lab's cluster as its machine sees it: the commands that start and stop it, what runs, and what is mounted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { nodeAddress } from '../../cli/cluster/address.js';
import { etcdMissing } from '../../storage/contract/etcd-server.js';
import { root } from '../../tools/sources.js';
import { cannotRunNode, type Lab, type Result } from './lab.js';

/** The built CLI. */
export const main = join(root, 'dist/cli/main.js');

/** The command about the lab's cluster, whatever its exit code. */
export const orrery = (lab: Lab, ...args: string[]): Promise<Result> =>
  lab.run(process.execPath, [main, ...args, '--data-dir', lab.dataDir], { timeoutMs: 120_000 });

interface Started {
  child: ChildProcess;
  /** So far, on both streams. */
  said: () => string;
  /** Resolves once it has said that; rejects when it ends before. */
  says: (text: string) => Promise<void>;
}

/** The command, running on. */
export const start = (lab: Lab, ...args: string[]): Started =>
  startProgram(lab, process.execPath, main, ...args, '--data-dir', lab.dataDir);

/** A program in the lab's network; the child is the program itself. */
export function startProgram(lab: Lab, ...command: string[]): Started {
  const child = spawn('nsenter', [`--net=${lab.netns}`, ...command], {
    env: lab.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const heard = new EventEmitter();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      heard.emit('more');
    });
  child.once('close', () => heard.emit('error', new Error(`${command.join(' ')} ended: ${said}`)));
  heard.on('error', () => undefined);
  return {
    child,
    said: () => said,
    async says(text) {
      while (!said.includes(text)) await once(heard, 'more');
    },
  };
}

/** What /proc says of a process: undefined when it has gone meanwhile. */
function look<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);

/** All that runs in the lab's network: a namespace is known by its inode. */
export const pidsOf = (lab: Lab): number[] =>
  allPids().filter(pid => look(() => readlinkSync(`/proc/${pid}/ns/net`)) === lab.network);

/** Their command lines. */
export const processesOf = (lab: Lab): string[] =>
  pidsOf(lab).flatMap(pid => look(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')) ?? []);

/** These and all that they started: containers have networks of their own. */
export function withDescendants(pids: readonly number[]): number[] {
  const parents = new Map(allPids().map(pid => [pid, parentOf(pid)]));
  const known = new Set(pids);
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const [pid, parent] of parents) if (parent !== undefined && known.has(parent)) known.add(pid);
  }
  return [...known];
}

const parentOf = (pid: number): number | undefined =>
  look(() => Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));

/** The paths of what is mounted below the lab's data directory. */
export const mountsOf = (lab: Lab): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(path => path.startsWith(lab.dataDir));

/** Has the tests of a `describe` skipped where no node can run, and says why. */
export const whereNodesRun = (what: string): void => unless(cannotRunNode, what);

/** The same where a cluster without containers cannot have an etcd of its own. */
export const whereEtcdRuns = (what: string): void =>
  unless(
    () => etcdMissing() ?? (nodeAddress(networkInterfaces()) ? undefined : 'the machine has no network address'),
    what,
  );

function unless(cannot: () => string | undefined, what: string): void {
  before(function () {
    const reason = cannot();
    if (reason) {
      console.log(`      skipped: ${what}: ${reason}`);
      this.skip();
    }
  });
}
