/** The resolv.conf of a pod, by its dnsPolicy. */
import type { DnsConfig } from '../../../api/network/resolv-conf.js';
import type { Pod } from '../../../api/types.js';

export interface ClusterDns {
  /** The address of the cluster's DNS service; without it ClusterFirst is as Default. */
  server: string | undefined;
  domain: string;
}

const most = { servers: 3, searches: 32 };

export function dnsConfig(pod: Pod, node: DnsConfig, cluster: ClusterDns): DnsConfig {
  const extra = pod.spec?.dnsConfig;
  const base = baseConfig(pod, node, cluster);
  const named = (option: { name?: string; value?: string }): string =>
    option.value === undefined ? (option.name ?? '') : `${option.name}:${option.value}`;
  const optionName = (option: string): string => option.split(':')[0] ?? '';
  const options = [...base.options, ...(extra?.options ?? []).map(named)];
  return {
    servers: [...new Set([...base.servers, ...(extra?.nameservers ?? [])])].slice(0, most.servers),
    searches: [...new Set([...base.searches, ...(extra?.searches ?? [])])].slice(0, most.searches),
    // Of two options with one name the later one counts.
    options: options.filter((o, i) => !options.slice(i + 1).some(later => optionName(later) === optionName(o))),
  };
}

function baseConfig(pod: Pod, node: DnsConfig, { server, domain }: ClusterDns): DnsConfig {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const asNode = policy === 'Default' || (policy === 'ClusterFirst' && pod.spec?.hostNetwork === true);
  if (asNode || server === undefined) return node;
  return {
    servers: [server],
    searches: [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...node.searches],
    options: ['ndots:5'],
  };
}
