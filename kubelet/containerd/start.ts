/**
 * A containerd of the kubelet's own. It outlives the kubelet, as its pods do: a kubelet that starts again finds it by
 * its socket and adopts it.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { connectCri } from '../cri/connect.js';
import { detailsOf } from '../cri/cri.js';
import type { Binaries } from './binaries.js';
import { type ContainerdPaths, containerdConfig, maxSocketPath } from './config.js';
import { untilFinished } from './processes.js';
import { remains, sweep } from './sweep.js';

export interface ContainerdOptions {
  /** The kubelet's data directory. */
  dataDir: string;
  binaries: Binaries;
  sandboxImage: string;
  log: Logger;
  clock: Clock;
}

export function containerdPaths(dataDir: string): ContainerdPaths {
  const dir = join(dataDir, 'containerd');
  return {
    root: join(dir, 'root'),
    state: join(dir, 'state'),
    socket: join(dir, 'containerd.sock'),
    config: join(dir, 'config.toml'),
    pidFile: join(dir, 'containerd.pid'),
    log: join(dir, 'containerd.log'),
    cniConf: join(dataDir, 'cni', 'conf'),
  };
}

/** How long a containerd that is busy, or has many pods to load, may take to answer. */
const patienceMs = { answer: 10_000, start: 120_000, load: 120_000 };

/** Answers the socket of a containerd that knows its pods. Throws when it does not come up, with the end of its log. */
export async function startContainerd(options: ContainerdOptions): Promise<string> {
  const paths = containerdPaths(options.dataDir);
  // The ttrpc socket is the longer name of the two.
  if (Buffer.byteLength(`${paths.socket}.ttrpc`) > maxSocketPath)
    throw new Error(
      `the path ${paths.socket} is too long for a socket (${maxSocketPath} bytes); use a shorter --data-dir`,
    );
  if (await answers(paths.socket, patienceMs.answer)) {
    options.log.debug({ socket: paths.socket }, 'containerd runs already');
    await untilLoaded(paths, options.clock);
    return paths.socket;
  }
  // A process that is there but does not answer would hold the lock on the store.
  await stopContainerd(options.dataDir, options.clock);
  await launch(paths, options);
  return paths.socket;
}

async function launch(
  paths: ContainerdPaths,
  { dataDir, binaries, sandboxImage, log, clock }: ContainerdOptions,
): Promise<void> {
  await Promise.all([paths.root, paths.state, paths.cniConf].map(dir => mkdir(dir, { recursive: true })));
  const settings = { sandboxImage, cniBinDir: binaries.cniDir, restrictOomScore: !mayLowerOomScore() };
  await writeFile(paths.config, containerdConfig(paths, settings));
  await rm(paths.socket, { force: true });
  await untilFinished(paths, clock);
  const before = await remains(paths, dataDir);
  const logFile = await open(paths.log, 'a');
  const child = spawn(binaries.containerd, ['--config', paths.config, '--log-level', 'warn'], {
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
    env: { ...process.env, PATH: binaries.path },
  });
  let ended: string | undefined;
  child.once('error', error => {
    ended = error.message;
  });
  child.once('exit', code => {
    ended = `exit code ${code}`;
  });
  await logFile.close();
  if (child.pid !== undefined) await writeFile(paths.pidFile, `${child.pid}\n`);
  child.unref();
  const start = clock.now();
  while (!(await answers(paths.socket, 1_000))) {
    if (ended !== undefined || clock.now() - start > patienceMs.start)
      throw new Error(
        `containerd did not start (${ended ?? 'no answer'}); the end of ${paths.log}: ${await tail(paths.log)}`,
      );
    await clock.sleep(20);
  }
  await untilLoaded(paths, clock);
  log.info({ pid: child.pid, ms: clock.now() - start }, 'containerd started');
  await sweep(before, { paths, cniDir: binaries.cniDir, log });
}

/** Ends the containerd of this data directory, if one runs. Its pods go on: a shim holds each. */
export async function stopContainerd(dataDir: string, clock: Clock): Promise<void> {
  const paths = containerdPaths(dataDir);
  const pid = await runningPid(paths);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; isOurs(pid, paths); waited += 20) {
    if (waited === 10_000) process.kill(pid, 'SIGKILL');
    await clock.sleep(20);
  }
  await rm(paths.pidFile, { force: true });
}

async function runningPid(paths: ContainerdPaths): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(paths.pidFile, 'utf8').catch(() => ''), 10);
  return Number.isInteger(pid) && isOurs(pid, paths) ? pid : undefined;
}

/** A process id may have been given to another program since: only one started with our configuration counts. */
function isOurs(pid: number, paths: ContainerdPaths): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(paths.config);
  } catch {
    return false;
  }
}

/** It tells its version before it has loaded its pods, and refuses everything else until then. */
async function untilLoaded({ socket, log }: ContainerdPaths, clock: Clock): Promise<void> {
  const cri = connectCri(socket);
  try {
    for (const start = clock.now(); ; await clock.sleep(20)) {
      const refusal = await cri.listPodSandbox().then(() => undefined, detailsOf);
      if (refusal === undefined) return;
      if (clock.now() - start > patienceMs.load)
        throw new Error(
          `containerd runs but does not load its pods (${refusal}); the end of ${log}: ${await tail(log)}`,
        );
    }
  } finally {
    cri.close();
  }
}

async function answers(socket: string, timeoutMs: number): Promise<boolean> {
  const cri = connectCri(socket, timeoutMs);
  try {
    await cri.version();
    return true;
  } catch {
    return false;
  } finally {
    cri.close();
  }
}

const tail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join(' | ');

const capSysResource = 24n;

/** Whether this process may lower an OOM score below its own (CAP_SYS_RESOURCE). */
function mayLowerOomScore(): boolean {
  const line = readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s*([0-9a-f]+)$/m)?.[1];
  return line !== undefined && ((BigInt(`0x${line}`) >> capSysResource) & 1n) === 1n;
}
