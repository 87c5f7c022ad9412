/**
 * The Service of the cluster's DNS, where every pod expects it: kube-system/kube-dns, at the tenth address of the services'
 * range. It has no selector: each node's proxy answers for itself (proxy/dns/). A user's own DNS takes its place by a selector.
 */
import { networkAddress, parseCidr } from '../../api/network/cidr.js';
import { StatusError } from '../../api/status.js';
import type { Service } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { services } from '../../client/resources.js';
import type { ClusterConfig } from './layout.js';

const name = { namespace: 'kube-system', name: 'kube-dns' };

/** undefined where a range has no tenth address. */
export function dnsAddress(serviceCidr: string): string | undefined {
  const range = parseCidr(serviceCidr);
  if (!range) return undefined;
  const [a, b, c, d] = networkAddress(range).split('.').map(Number);
  const tenth = `${a}.${b}.${c}.${(d ?? 0) + 10}`;
  return range.contains(tenth) ? tenth : undefined;
}

/** Without an address it is given any. */
export const dnsService = (clusterIP: string | undefined): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    ...name,
    labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'KubeDNS' },
  },
  spec: {
    ...(clusterIP === undefined ? {} : { clusterIP }),
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
});

/** Makes it where it is missing, or removes it where it is not wanted. One that has a selector is its user's. */
export async function ensureDnsService(
  client: Client,
  { serviceCidr, clusterDns = true }: Pick<ClusterConfig, 'serviceCidr' | 'clusterDns'>,
): Promise<void> {
  const there = await client.get(services, name).catch(unless(404));
  if (!clusterDns) {
    if (there && Object.keys(there.spec?.selector ?? {}).length === 0)
      await client.delete(services, name).catch(unless(404));
    return;
  }
  if (there) return;
  const made = await client.create(services, dnsService(dnsAddress(serviceCidr))).catch(unless(422, 409));
  // The address may be another's by now, in a cluster that is older than its DNS: pods are told which it is.
  if (!made) await client.create(services, dnsService(undefined)).catch(unless(409));
}

const unless =
  (...codes: number[]) =>
  (error: unknown): undefined => {
    if (!(error instanceof StatusError && codes.includes(error.code))) throw error;
    return undefined;
  };
