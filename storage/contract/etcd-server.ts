/** A real etcd for tests: one member, on ports of its own, in a directory of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EtcdServer {
  /** 'host:port', as openEtcdStore takes it. */
  endpoint: string;
  pid: number;
  /** SIGTERM; resolves when it has ended. A directory that startEtcd made is removed. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. The data stays. */
  kill(): Promise<void>;
}

export interface EtcdServerOptions {
  /** Kept afterwards. Absent: a temporary one, removed by `stop`. */
  dataDir?: string;
  /** Absent: any that is free. Given to start a server again where it was. */
  port?: number;
  /** Paths of PEM files: with them it takes only clients whose certificates that authority signed. */
  tls?: { ca: string; cert: string; key: string };
}

/** Why there is no etcd on this machine; undefined when there is one. */
export function etcdMissing(): string | undefined {
  const { error } = spawnSync('etcd', ['--version'], { stdio: 'ignore' });
  return error ? "no etcd: install Debian's etcd-server to run these" : undefined;
}

const STARTS_WITHIN_MS = 30_000;
const LOG_KEPT = 4000;

/** Resolves once it answers that it is healthy. */
export async function startEtcd(options: EtcdServerOptions = {}): Promise<EtcdServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'orrery-etcd-'));
  const endpoint = `127.0.0.1:${options.port ?? (await freePort())}`;
  // setpriv becomes etcd; however the tests end, the server ends with them.
  // Whoever comes may ask there how it is, also of one that speaks TLS.
  const health = `http://127.0.0.1:${await freePort()}`;
  const command = ['--pdeathsig', 'KILL', 'etcd', ...flags(dataDir, endpoint, health, options.tls)];
  const child = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log = (log + text.toString()).slice(-LOG_KEPT);
  });
  const ended = new Promise<void>(resolve => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  const stop = async (): Promise<void> => {
    await end('SIGTERM');
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  if (!(await becomesHealthy(health, child))) {
    await stop();
    throw new Error(`etcd at ${endpoint} did not start; its log ends:\n${log}`);
  }
  return { endpoint, pid: child.pid as number, stop, kill: () => end('SIGKILL') };
}

/** A short election makes the shortest lease that etcd grants one second. */
function flags(dataDir: string, endpoint: string, health: string, tls: EtcdServerOptions['tls']): string[] {
  const url = `${tls ? 'https' : 'http'}://${endpoint}`;
  return [
    ...['--data-dir', dataDir, '--name', 'test', '--listen-peer-urls', 'http://127.0.0.1:0'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url, '--listen-metrics-urls', health],
    ...['--heartbeat-interval', '20', '--election-timeout', '200'],
    ...(tls ? ['--client-cert-auth', '--trusted-ca-file', tls.ca, '--cert-file', tls.cert, '--key-file', tls.key] : []),
  ];
}

async function becomesHealthy(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null && child.pid !== undefined) {
    const answer = await fetch(`${url}/health`).then(
      response => response.json(),
      () => undefined,
    );
    if ((answer as { health?: string } | undefined)?.health === 'true') return true;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
