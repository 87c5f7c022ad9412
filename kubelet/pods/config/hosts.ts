/** The /etc/hosts of a pod: its own name, and the aliases that the spec gives. */
import type { Pod } from '../../../api/types.js';

const header = '# Kubernetes-managed hosts file.\n';
const local = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

/** `nodeHosts` is the node's own file: a pod on the host's network starts from that. */
export function hostsFile(pod: Pod, podIPs: readonly string[], clusterDomain: string, nodeHosts: string): string {
  const start = pod.spec?.hostNetwork
    ? `# Kubernetes-managed hosts file (host network).\n${nodeHosts}`
    : header + local;
  const { hostname, fqdn } = hostName(pod, clusterDomain);
  const own = pod.spec?.hostNetwork
    ? []
    : podIPs.map(ip => (fqdn === undefined ? `${ip}\t${hostname}\n` : `${ip}\t${fqdn}\t${hostname}\n`));
  const aliases = (pod.spec?.hostAliases ?? []).map(a => `${a.ip}\t${(a.hostnames ?? []).join('\t')}\n`);
  const added = aliases.length > 0 ? ['\n# Entries added by HostAliases.\n', ...aliases] : [];
  return [start, ...own, ...added].join('');
}

const longestHostname = 63;

/** The pod's host name, cut to what Linux takes, and its full name where it has a subdomain. */
export function hostName(pod: Pod, clusterDomain: string): { hostname: string; fqdn?: string } {
  // Whoever names it so means just that.
  if (pod.spec?.hostnameOverride) return { hostname: pod.spec.hostnameOverride };
  const name = pod.spec?.hostname || (pod.metadata.name ?? '');
  const hostname = name.slice(0, longestHostname).replace(/[-.]+$/, '');
  const subdomain = pod.spec?.subdomain;
  return subdomain
    ? { hostname, fqdn: `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` }
    : { hostname };
}
