/** Kernel settings without which services do not work. Each belongs to the network namespace the proxy runs in. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';

interface Setting {
  path: string;
  /** '1' unless given. */
  value?: string;
  why: string;
  /** Only where the kernel has this module. */
  module?: string;
}

const settings: readonly Setting[] = [
  { path: 'net/ipv4/ip_forward', why: 'pods are reached through this node' },
  { path: 'net/ipv4/conf/all/route_localnet', why: 'node ports answer on 127.0.0.1' },
  {
    path: 'net/bridge/bridge-nf-call-iptables',
    why: 'a pod reaches another one on the same bridge through a service',
    module: 'br_netfilter',
  },
  // In seconds: those that kube-proxy sets.
  {
    path: 'net/netfilter/nf_conntrack_tcp_timeout_close_wait',
    value: '3600',
    why: 'a client that has said its last word may wait so long for the answer',
    module: 'nf_conntrack',
  },
  {
    path: 'net/netfilter/nf_conntrack_tcp_timeout_established',
    value: '86400',
    why: 'connections of which nothing is heard for so long are forgotten',
    module: 'nf_conntrack',
  },
];

/** What cannot be set is logged with what will not work. */
export async function setSysctls(log: Logger, root = '/proc/sys'): Promise<void> {
  for (const { path, value = '1', why, module } of settings) {
    try {
      const file = `${root}/${path}`;
      if ((await readFile(file, 'utf8')).trim() !== value) await writeFile(file, value);
    } catch (error) {
      if (module !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
        log.info({ setting: path, why }, `the kernel has no such setting until ${module} is loaded`);
      } else {
        log.warn({ setting: path, why, error: (error as Error).message }, 'a kernel setting could not be made');
      }
    }
  }
}
