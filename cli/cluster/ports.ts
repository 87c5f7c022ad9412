/** The ports that a cluster listens on must be free; when one is not, who has it is half of the mend. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { Failure } from '../failure.js';
import type { ClusterConfig } from './layout.js';

/** Throws a Failure that names the port, its holder and the flag that chooses another. What is not given is not needed. */
export async function requireFreePorts(config: Partial<Pick<ClusterConfig, 'port' | 'kubeletPort'>>): Promise<void> {
  const ports: [number | undefined, string, string][] = [
    [config.port, 'the API server', '--port'],
    [config.kubeletPort, 'the kubelet', '--kubelet-port'],
  ];
  if (config.port === config.kubeletPort)
    throw new Failure(
      `the API server and the kubelet cannot both have port ${config.port}: choose another with --port.`,
    );
  for (const [port, who, flag] of ports) {
    if (port !== undefined && (await isTaken(port))) {
      throw new Failure(
        `port ${port}, which ${who} needs, is taken by ${holderOf(port)}: stop it, or choose another port with ${flag}.`,
      );
    }
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
    probe.listen(port, '0.0.0.0', () => probe.close(() => resolve(false)));
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
