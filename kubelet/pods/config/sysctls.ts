/** Kernel settings that a pod may ask for: those that are its own, and reach neither the node nor another pod. Pure. */
import type { Pod } from '../../../api/types.js';

const safe = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** With a slash first, slashes separate, and dots are part of the names between them. */
export function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[./]/g, c => (c === '/' ? '.' : '/')) : name;
}

/** Why the first setting that is not allowed is not. */
export function sysctlProblem({ spec }: Pod): string | undefined {
  for (const { name } of spec?.securityContext?.sysctls ?? []) {
    const setting = dotted(name);
    if (!safe.has(setting)) return `"${name}" not allowlisted`;
    if (spec?.hostNetwork && setting.startsWith('net.')) return `"${name}" not allowed with host net enabled`;
    if (spec?.hostIPC && setting.startsWith('kernel.shm')) return `"${name}" not allowed with host ipc enabled`;
  }
  return undefined;
}
