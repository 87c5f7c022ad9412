/** A system bus with a login manager on it that shuts nothing down, for tests: Debian's dbus-daemon and python3-dbus. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Beside the sources only: it is not compiled. */
const manager = fileURLToPath(new URL('login-manager.py', import.meta.url)).replace('/dist/', '/');
/** Debian's own comes last: a python3 that is found first may be another, without Debian's modules. */
const pythons = ['python3', '/usr/bin/python3'];
const canRun = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const python = (): string | undefined => pythons.find(one => canRun(one, '-c', 'import dbus, gi'));

/** Why there can be none here, or undefined. */
export function noSystemBus(): string | undefined {
  if (!canRun('dbus-daemon', '--version')) return "no dbus-daemon: install Debian's package of that name";
  if (!canRun('busctl', '--version')) return "no busctl: install Debian's systemd";
  return python() ? undefined : "no dbus for Python: install Debian's python3-dbus and python3-gi";
}

const config = (
  socket: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

export class SystemBus {
  /** Of the login manager. */
  readonly configDir: string;
  readonly #dir: string;
  readonly #processes: ChildProcessWithoutNullStreams[] = [];
  readonly #said: string[] = [];

  private constructor() {
    this.#dir = mkdtempSync(join(tmpdir(), 'okubelet-bus-'));
    this.configDir = join(this.#dir, 'logind.conf.d');
    mkdirSync(this.configDir);
  }

  /** For the environment of whoever is to use it: DBUS_SYSTEM_BUS_ADDRESS. */
  get address(): string {
    return `unix:path=${join(this.#dir, 'socket')}`;
  }

  /** Its login manager lets itself be held up for so long. */
  static async start(inhibitDelayMaxSec: number): Promise<SystemBus> {
    const bus = new SystemBus();
    const file = join(bus.#dir, 'bus.conf');
    writeFileSync(file, config(join(bus.#dir, 'socket')));
    const daemon = bus.#spawn('dbus-daemon', `--config-file=${file}`, '--nofork', '--nopidfile', '--print-address');
    await once(daemon.stdout, 'data');
    const login = bus.#spawn(python() ?? '', manager, bus.configDir, String(inhibitDelayMaxSec));
    createInterface(login.stdout).on('line', line => bus.#said.push(line));
    await once(login.stdout, 'data');
    return bus;
  }

  #spawn(program: string, ...args: string[]): ChildProcessWithoutNullStreams {
    const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: this.address, PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(program, args, { env });
    this.#processes.push(child);
    return child;
  }

  /** What it has said: 'ready', 'held shutdown delay kubelet', 'released'. */
  get said(): readonly string[] {
    return this.#said;
  }

  /** How many hold it up now. */
  get locks(): number {
    const count = (what: string): number => this.#said.filter(line => line.startsWith(what)).length;
    return count('held') - count('released');
  }

  announceShutdown(begins: boolean): void {
    this.#processes.at(-1)?.stdin.write(`${begins}\n`);
  }

  async close(): Promise<void> {
    const ended = this.#processes.map(child => once(child, 'close'));
    for (const child of this.#processes) child.kill();
    await Promise.all(ended);
    rmSync(this.#dir, { recursive: true });
  }
}
