/** Makes the node ready for its pods' network, and takes it away again. Running it twice changes nothing. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Directories } from '../directories.js';
import { cniConfig, configFile } from './cni.js';
import { chainOf, jumps, type PodRules, podRules } from './rules.js';

const run = promisify(execFile);
const lookMs = 10_000;

export interface NetworkOptions extends PodRules {
  directories: Directories;
}

/** Throws when a program is missing or refuses. */
export async function setUpNetwork({ directories, ...rules }: NetworkOptions): Promise<void> {
  await writeConfig(directories, rules);
  // Without it, packets between two pods of one bridge pass by the services' rules.
  await run('modprobe', ['br_netfilter']).catch(() => {});
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  await writeFile('/proc/sys/net/bridge/bridge-nf-call-iptables', '1').catch(() => {});
  await putRules(rules);
}

export interface KeepOptions {
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Puts the rules back when somebody has flushed the tables. Runs until the signal aborts; never throws. */
export async function keepNetwork(rules: PodRules, { clock, log, signal }: KeepOptions): Promise<void> {
  for (;;) {
    await clock.sleep(lookMs, signal);
    if (signal.aborted) return;
    try {
      if (await rulesStand(rules)) continue;
      await putRules(rules);
      log.warn("rules of the pods' network were missing and have been put back");
    } catch (error) {
      log.error({ reason: (error as Error).message }, "the rules of the pods' network could not be put back");
    }
  }
}

async function putRules(rules: PodRules): Promise<void> {
  await restore(podRules(rules));
  for (const { table, from } of jumps) {
    const jump = [from, '-j', chainOf(rules.bridge)];
    await iptables('-t', table, '-C', ...jump).catch(() => iptables('-t', table, '-A', ...jump));
  }
}

/** Rules are only counted: the kernel words them differently. */
async function rulesStand(rules: PodRules): Promise<boolean> {
  const chain = chainOf(rules.bridge);
  try {
    let standing = 0;
    for (const { table, from } of jumps) {
      await iptables('-t', table, '-C', from, '-j', chain);
      standing += countRules((await iptables('-t', table, '-S', chain)).stdout);
    }
    return standing === countRules(podRules(rules));
  } catch {
    // iptables fails for a rule or a chain that is not there.
    return false;
  }
}

const countRules = (text: string): number => text.match(/^-A /gm)?.length ?? 0;

/** The runtime reads the file as soon as it is there, so it appears whole. */
async function writeConfig(directories: Directories, { bridge, podCidr }: PodRules): Promise<void> {
  await mkdir(directories.cniConf, { recursive: true });
  const file = join(directories.cniConf, configFile);
  const content = cniConfig({ bridge, podCidr, ipamDir: directories.ipam });
  if ((await readFile(file, 'utf8').catch(() => '')) === content) return;
  const temporary = join(directories.root, 'cni', 'conflist.new');
  await writeFile(temporary, content);
  await rename(temporary, file);
}

/** What is not there is not missed. */
export async function tearDownNetwork(bridge: string): Promise<void> {
  const chain = chainOf(bridge);
  for (const { table, from } of jumps) {
    await iptables('-t', table, '-D', from, '-j', chain).catch(() => {});
    await iptables('-t', table, '-F', chain).catch(() => {});
    await iptables('-t', table, '-X', chain).catch(() => {});
  }
  await run('ip', ['link', 'delete', bridge]).catch(() => {});
}

/** The addresses that host-local remembers; only when no pod is left. */
export const forgetAddresses = (directories: Directories): Promise<void> =>
  rm(directories.ipam, { recursive: true, force: true });

const iptables = (...args: string[]) => run('iptables', ['-w', '5', ...args]);

function restore(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('iptables-restore', ['-w', '5', '--noflush'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', chunk => {
      complaint += String(chunk);
    });
    child.once('error', error =>
      reject(
        new Error(`the pods' network needs iptables (${error.message}); install with: apt-get install iptables`, {
          cause: error,
        }),
      ),
    );
    child.once('close', code =>
      code === 0 ? resolve() : reject(new Error(`iptables-restore refused the pods' rules: ${complaint.trim()}`)),
    );
    child.stdin.end(rules);
  });
}
