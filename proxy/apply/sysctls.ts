/** Kernel settings without which services do not work. Each belongs to the network namespace the proxy runs in. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';

interface Setting {
  path: string;
  why: string;
  /** Only where the kernel has it. */
  optional?: boolean;
}

const settings: readonly Setting[] = [
  { path: 'net/ipv4/ip_forward', why: 'pods are reached through this node' },
  { path: 'net/ipv4/conf/all/route_localnet', why: 'node ports answer on 127.0.0.1' },
  {
    path: 'net/bridge/bridge-nf-call-iptables',
    why: 'a pod reaches another one on the same bridge through a service',
    optional: true,
  },
];

/** Sets them to 1. What cannot be set is logged with what will not work. */
export async function setSysctls(log: Logger, root = '/proc/sys'): Promise<void> {
  for (const { path, why, optional } of settings) {
    try {
      const file = `${root}/${path}`;
      if ((await readFile(file, 'utf8')).trim() !== '1') await writeFile(file, '1');
    } catch (error) {
      if (optional && (error as NodeJS.ErrnoException).code === 'ENOENT') {
        log.info(
          { setting: path, why },
          'the kernel has no such setting: load br_netfilter if the pods are on a bridge',
        );
      } else {
        log.warn({ setting: path, why, error: (error as Error).message }, 'a kernel setting could not be made');
      }
    }
  }
}
