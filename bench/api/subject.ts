/** What is under load: an API server alone, ours or (where its binary is named) Kubernetes' own, and nothing else of a cluster. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { ensurePki, type PkiPaths } from '../../apiserver/pki/index.js';
import { defaults, layoutOf, writeConfig } from '../../cli/cluster/layout.js';
import { componentCommand, residentBytes } from '../../cli/cluster/processes.js';
import type { Client } from '../../client/client.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect } from '../../client/rest/index.js';

export const address = '127.0.0.1';

/** A folder with keys and certificates, a free port, and (for etcd) a database. */
export interface Place {
  dataDir: string;
  port: number;
  pki: PkiPaths;
  /** 'lmdb' or 'etcd://...' */
  datastore: string;
}

export interface Subject {
  readonly place: Place;
  readonly url: string;
  /** As the cluster's administrator. */
  readonly client: Client;
  /** Milliseconds of processor time used so far. */
  cpuMs(): number;
  megabytes(): number;
  /** Stops it and starts it again on the same data; answers the seconds from its start to /readyz. */
  restart(): Promise<number>;
  close(): Promise<void>;
}

export async function makePlace(datastore: string): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-bench-'));
  const port = await freePort();
  const server = `https://${address}:${port}`;
  const pki = await ensurePki({ dataDir, nodeName: 'bench', addresses: [address], server, now: Date.now() });
  writeConfig(layoutOf(dataDir), {
    ...defaults,
    nodeName: 'bench',
    address,
    port,
    datastore,
  });
  return { dataDir, port, pki, datastore };
}

/** The command that serves a place: program and arguments. */
export type Command = (place: Place) => readonly string[];

/** As `orrery up` starts it. */
export const orrery: Command = place =>
  componentCommand(layoutOf(place.dataDir), { name: 'apiserver', components: ['apiserver'] });

export async function start(place: Place, command: Command): Promise<Subject> {
  let process = run(place, command);
  await untilReady(place);
  const client = connect(loadKubeconfig({ path: place.pki.kubeconfig.admin }));
  return {
    place,
    url: `https://${address}:${place.port}`,
    client,
    cpuMs: () => cpuMs(process.pid as number),
    megabytes: () => (residentBytes(process.pid as number) ?? 0) / 1e6,
    async restart() {
      await ended(process);
      const began = performance.now();
      process = run(place, command);
      await untilReady(place);
      return (performance.now() - began) / 1000;
    },
    async close() {
      await client.close();
      await ended(process);
      rmSync(place.dataDir, { recursive: true, force: true });
    },
  };
}

function run(place: Place, command: Command): ChildProcess {
  const [program = '', ...args] = command(place);
  const log = openSync(join(place.dataDir, 'server.log'), 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log], cwd: place.dataDir });
  closeSync(log);
  return child;
}

async function untilReady(place: Place): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isReady(place))) {
    if (performance.now() > deadline) {
      throw new Error(`not ready after a minute:\n${readFileSync(join(place.dataDir, 'server.log'), 'utf8')}`);
    }
    await systemClock.sleep(10);
  }
}

const isReady = ({ port, pki }: Place): Promise<boolean> =>
  new Promise(resolve => {
    const options = { host: address, port, path: '/readyz', ca: readFileSync(pki.ca.cert), agent: false as const };
    const sent = request(options, response => resolve(response.resume().statusCode === 200));
    sent.on('error', () => resolve(false));
    sent.end();
  });

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** User and system time, which the kernel counts in hundredths of a second. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, address, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
