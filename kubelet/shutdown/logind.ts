/**
 * systemd's login manager, which shuts machines down: how it is held up, and how it tells that it is about to. It is spoken
 * to by systemd's own programs: the lock is a file descriptor that comes over the system bus, which Node cannot receive.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export interface Logind {
  /** For how long it can be held up, in milliseconds. Throws when there is no such manager. */
  longestDelayMs(): Promise<number>;
  /** Asks it to let itself be held up for so long. */
  allowDelay(ms: number): Promise<void>;
  /** Holds up every shutdown from now on until it is released. */
  inhibit(): Promise<{ release(): void }>;
  /** Calls back with true when the machine is about to shut down, with false when it is not any more. Throws when the manager is lost. */
  follow(onShutdown: (begins: boolean) => void, signal: AbortSignal): Promise<void>;
}

const service = 'org.freedesktop.login1';
const object = '/org/freedesktop/login1';
const manager = `${service}.Manager`;
/** Below /run: what the kubelet asks for is gone with the next start of the machine. */
const usualConfigDir = '/run/systemd/logind.conf.d';

export const systemLogind = (configDir = usualConfigDir): Logind => ({
  async longestDelayMs() {
    const answer = await busctl('get-property', service, object, manager, 'InhibitDelayMaxUSec');
    return Number(/^t (\d+)/.exec(answer)?.[1] ?? 0) / 1000;
  },
  async allowDelay(ms) {
    await mkdir(configDir, { recursive: true });
    const seconds = Math.ceil(ms / 1000);
    const text = `# The kubelet's shutdownGracePeriod.\n[Login]\nInhibitDelayMaxSec=${seconds}\n`;
    await writeFile(join(configDir, '99-orrery-kubelet.conf'), text);
    const systemd = 'org.freedesktop.systemd1';
    const sighup = ['systemd-logind.service', 'all', '1'];
    await busctl('call', systemd, '/org/freedesktop/systemd1', `${systemd}.Manager`, 'KillUnit', 'ssi', ...sighup);
  },
  inhibit,
  follow,
});

async function busctl(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('busctl', ['--system', ...args])).stdout;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Error(code === 'ENOENT' ? 'this machine has no busctl (of systemd)' : stderr?.trim() || message);
  }
}

/** The lock goes with the process that holds it, and that ends with its input: a kubelet that dies lets go. */
async function inhibit(): Promise<{ release(): void }> {
  const lock = ['--what=shutdown', '--mode=delay', '--who=kubelet', '--why=Kubelet needs time to handle node shutdown'];
  const child = spawn('systemd-inhibit', [...lock, 'sh', '-c', 'echo held; exec cat'], { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.on('error', () => {});
  const held = once(child.stdout, 'data');
  // Whichever of the two does not come is not waited for.
  held.catch(() => {});
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(said.trim() || `systemd-inhibit ended with ${code}`);
  });
  ended.catch(() => {});
  await Promise.race([held, ended]);
  return { release: () => child.stdin.end() };
}

async function follow(onShutdown: (begins: boolean) => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const match = `type='signal',sender='${service}',interface='${manager}',member='PrepareForShutdown'`;
  const child = spawn('busctl', ['--system', '--json=short', `--match=${match}`, 'monitor'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  createInterface(child.stdout).on('line', line => {
    const begins = shutdownSaid(line);
    if (begins !== undefined) onShutdown(begins);
  });
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', stop);
  if (!signal.aborted) throw new Error(`the system bus was lost: ${said.trim() || `busctl ended with ${code}`}`);
}

/** A line of the monitor: undefined when it is about something else. */
function shutdownSaid(line: string): boolean | undefined {
  const { member, payload } = JSON.parse(line) as { member?: string; payload?: { data?: unknown[] } };
  return member === 'PrepareForShutdown' ? payload?.data?.[0] === true : undefined;
}
