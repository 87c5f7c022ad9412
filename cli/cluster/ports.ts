/** The ports that a cluster listens on must be free; when one is not, who has it is half of the mend. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { Failure } from '../failure.js';
import { apiServersOf } from './control-planes.js';
import { memberPorts, membersOf } from './etcd.js';
import type { ClusterConfig } from './layout.js';

/** What is not given is not needed. */
type Ports = Partial<Pick<ClusterConfig, 'port' | 'kubeletPort' | 'controlPlanes' | 'datastore' | 'etcdPort'>>;

interface Needed {
  port: number;
  /** All of the machine's, unless it is one of them. */
  address?: string;
  who: string;
  /** Chooses another. */
  flag: string;
}

/** Pure. */
export function neededPorts({ port, kubeletPort, datastore = '', ...config }: Ports): Needed[] {
  const needed: Needed[] = [];
  if (port !== undefined) {
    needed.push({ port, who: 'the API server', flag: '--port' });
    const servers = apiServersOf({ ...config, port }).filter(server => server.port !== port);
    needed.push(...servers.map(server => ({ port: server.port, who: server.name, flag: '--port' })));
  }
  if (kubeletPort !== undefined) needed.push({ port: kubeletPort, who: 'the kubelet', flag: '--kubelet-port' });
  for (const { address, name } of membersOf({ datastore, ...config }))
    needed.push(...memberPorts(config).map(port => ({ port, address, who: name, flag: '--etcd-port' })));
  return needed;
}

/** Throws a Failure that names the port, its holder and the flag that chooses another. */
export async function requireFreePorts(config: Ports): Promise<void> {
  const needed = neededPorts(config);
  for (const [i, { port, address, who, flag }] of needed.entries()) {
    if (port > 65_535)
      throw new Failure(`${who} would have port ${port}, and the last is 65535: choose a lower one with ${flag}.`);
    const before = needed.slice(0, i).find(other => other.port === port && meet(other.address, address));
    if (before)
      throw new Failure(`${before.who} and ${who} cannot both have port ${port}: choose another with ${flag}.`);
  }
  for (const each of needed) await requireFree(each);
}

/** Throws a Failure when somebody has the port, or nobody can have it. */
export async function requireFree({ port, address, who, flag }: Needed): Promise<void> {
  if (await isTaken(port, address).catch(lacking(who, address)))
    throw new Failure(
      `port ${port}, which ${who} needs, is taken by ${holderOf(port)}: stop it, or choose another port with ${flag}.`,
    );
}

/** Linux has all of 127.0.0.0/8 from the start; macOS has 127.0.0.1. */
const lacking = (who: string, address: string | undefined) => (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRNOTAVAIL') throw error;
  throw new Failure(
    `this machine has no address ${address}, which ${who} needs: give it one more, as 'sudo ifconfig lo0 alias ${address}' does on macOS.`,
  );
};

const meet = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;

function isTaken(port: number, address = '0.0.0.0'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
    probe.listen(port, address, () => probe.close(() => resolve(false)));
  });
}

/** 'nginx (pid 123)', as far as the system tells. */
function holderOf(port: number): string {
  try {
    const listed = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8', stdio: 'pipe' });
    const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(listed) ?? [];
    if (name && pid) return `${name} (pid ${pid})`;
  } catch {
    // Only the name is lost.
  }
  return 'another program';
}
