/** What a command that changes the machine needs of its own process. */
import { readFileSync } from 'node:fs';
import { Failure } from '../failure.js';
import { searchPath } from './requirements.js';

/** Their numbers in capability.h. */
const capabilities = { CAP_NET_ADMIN: 12, CAP_SYS_CHROOT: 18, CAP_SYS_ADMIN: 21 } as const;

/**
 * Throws a Failure unless this is root with root's powers: namespaces, cgroups and iptables all need them. Also mends
 * what a login shell may have left to its children: a PATH without root's programs, a umask that locks pods' users out.
 */
export function asRoot(toDo: string): void {
  if (process.geteuid?.() !== 0) {
    throw new Failure(`root is needed to ${toDo}: run the same command with sudo.`);
  }
  const lacking = lackingCapabilities(readFileSync('/proc/self/status', 'utf8'));
  if (lacking.length > 0) {
    throw new Failure(
      `root may not do here what it takes to ${toDo} (${lacking.join(', ')}): in a container, that one must be privileged.`,
    );
  }
  process.env.PATH = searchPath(process.env.PATH).join(':');
  process.umask(0o022);
}

/** Of what a node needs; `status` is a process's /proc/PID/status. */
export function lackingCapabilities(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(capabilities).flatMap(([name, bit]) => ((effective >> BigInt(bit)) & 1n ? [] : [name]));
}
