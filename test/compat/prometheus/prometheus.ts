/**
 * Debian's prometheus as a child process on loopback, which scrapes the API server with a service account's token.
 * (Debian builds it without kubernetes_sd_configs: discovery is not among what it can do.)
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../tools/sources.js';

/** Debian's package is unpacked beside the build by tools/test.sh: installed, it would start a service of the machine. */
const unpacked = join(root, 'dist/prometheus-debian/usr/bin');

/** The path of 'prometheus' or 'promtool'; undefined where there is none. */
export function programOf(name: 'prometheus' | 'promtool'): string | undefined {
  const path = join(unpacked, name);
  if (existsSync(path)) return path;
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0 ? name : undefined;
}

export interface Prometheus {
  /** The value that an instant query finds first; undefined when it finds nothing. Rejects when prometheus has ended. */
  query(text: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

export interface Scraped {
  /** '127.0.0.1:6443' */
  host: string;
  caFile: string;
  token: string;
}

export async function startPrometheus(program: string, { host, caFile, token }: Scraped): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-prometheus-'));
  const inside = (name: string): string => join(folder, name);
  await writeFile(inside('token'), token);
  const job = {
    job_name: 'apiserver',
    scheme: 'https',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    tls_config: { ca_file: caFile },
    authorization: { credentials_file: inside('token') },
    static_configs: [{ targets: [host] }],
  };
  // JSON is YAML too.
  await writeFile(inside('prometheus.yml'), JSON.stringify({ scrape_configs: [job] }));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [
    `--config.file=${inside('prometheus.yml')}`,
    `--storage.tsdb.path=${inside('data')}`,
    `--web.listen-address=${address}`,
  ];
  // It ends with the tests, however they end.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise(resolve => child.once('exit', resolve).once('error', resolve));
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log = (log + text.toString()).slice(-4000);
  });
  return {
    async query(text) {
      if (child.exitCode !== null) throw new Error(`prometheus has ended; its log ends:\n${log}`);
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(text)}`;
      const response = await fetch(url).catch(() => undefined);
      if (!response?.ok) return undefined;
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      const [first] = data.result;
      return first && Number(first.value[1]);
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
