/**
 * A whole cluster for a test, in a network namespace of its own: it shares no port, bridge or iptables rule with the
 * machine, nor with a cluster that its user runs. Started by the same CLI, with the same flags, that a user has.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { missing, nodeRequirements, searchPath } from '../../cli/cluster/requirements.js';
import { lackingCapabilities } from '../../cli/cluster/root.js';
import { root } from '../../tools/sources.js';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Lab {
  dataDir: string;
  /** The path of its network namespace. */
  netns: string;
  /** What /proc/PID/ns/net of a process in there says. */
  network: string;
  /** Environment for programs that talk to the cluster. */
  env: NodeJS.ProcessEnv;
  /** Runs a program inside the cluster's network, with its kubeconfig. Never rejects for an exit code. */
  run(command: string, args: readonly string[], options?: { input?: string; timeoutMs?: number }): Promise<Result>;
  /** Our CLI. Rejects when it fails. */
  orrery(...args: string[]): Promise<string>;
  /** Debian's etcd inside the cluster's network; its endpoint is 'host:port'. It ends with the lab. */
  startEtcd(): Promise<string>;
  close(): Promise<void>;
}

/** Why a real cluster cannot run here; undefined when it can. */
export function cannotRunNode(): string | undefined {
  if (process.geteuid?.() !== 0) return 'not root';
  const powers = lackingCapabilities(readFileSync('/proc/self/status', 'utf8'));
  if (powers.length > 0) return `root lacks ${powers.join(', ')}`;
  const lacking = missing(nodeRequirements, searchPath(process.env.PATH));
  if (lacking.length > 0) return `${lacking.map(requirement => requirement.what).join(', ')} not installed`;
  if (!existsSync(join(root, 'dist/cli/main.js'))) return "not built: run 'npm run build'";
  return undefined;
}

const address = '198.18.0.1';

/** Makes the namespace with one routable address, as a machine has (or alone, without a cable); the cluster is not yet started. */
export function openLab({ cable = true }: { cable?: boolean } = {}): Lab {
  const name = `orrery-e2e-${process.pid}-${Date.now().toString(36)}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'orrery-e2e-'));
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  ip('netns', 'add', name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  if (cable) connect((...args) => ip('-n', name, ...args));
  const netns = `/run/netns/${name}`;
  const env = { ...process.env, KUBECONFIG: join(dataDir, 'admin.kubeconfig'), NO_COLOR: '1', ETCDCTL_API: '3' };
  const run: Lab['run'] = (command, args, options = {}) =>
    execute('nsenter', [`--net=${netns}`, command, ...args], env, options);
  const orrery: Lab['orrery'] = async (...args) => {
    const result = await run(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { timeoutMs: 180_000 });
    if (result.code !== 0)
      throw new Error(`orrery ${args.join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  let etcd: ChildProcess | undefined;
  return {
    dataDir,
    netns,
    network: `net:[${statSync(netns).ino}]`,
    env,
    run,
    orrery,
    async startEtcd() {
      const endpoint = '127.0.0.1:2379';
      const flags = ['--data-dir', join(dataDir, 'etcd'), '--listen-client-urls', `http://${endpoint}`];
      etcd = spawn('nsenter', [`--net=${netns}`, 'etcd', ...flags, '--advertise-client-urls', `http://${endpoint}`], {
        stdio: 'ignore',
      });
      const healthy = (): Promise<Result> => run('etcdctl', ['--endpoints', endpoint, 'endpoint', 'health']);
      await eventually(healthy, answer => answer.code === 0);
      return endpoint;
    },
    async close() {
      await orrery('reset', '--data-dir', dataDir);
      etcd?.kill();
      ip('netns', 'delete', name);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A cable whose other end is in the same room: not every kernel has dummy devices. */
function connect(ip: (...args: string[]) => void): void {
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wire0');
  ip('address', 'add', `${address}/24`, 'dev', 'eth0');
  for (const link of ['eth0', 'wire0']) ip('link', 'set', link, 'up');
  ip('route', 'add', 'default', 'dev', 'eth0');
}

function execute(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { input, timeoutMs = 60_000 }: { input?: string; timeoutMs?: number },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

/** Asks again until the answer pleases; the last answer is in the error when it never does. */
export async function eventually<T>(
  ask: () => Promise<T>,
  pleases: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`did not come true in ${timeoutMs} ms; last: ${JSON.stringify(answer)}`);
    await systemClock.sleep(100);
  }
}
