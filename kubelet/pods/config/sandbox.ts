/** The runtime's configuration of a pod's sandbox. */
import type { DnsConfig } from '../../../api/network/resolv-conf.js';
import type { Pod } from '../../../api/types.js';
import type { IdMapping, SandboxConfig } from '../../cri/types.js';
import { type Directories, podName } from '../../directories.js';
import { sandboxAnnotations, sandboxLabels } from '../labels.js';
import { type ClusterDns, dnsConfig } from './dns.js';
import { hostName } from './hosts.js';
import { groupsPolicy, namespaceOptions, supplementalGroups } from './security.js';
import { dotted } from './sysctls.js';

export interface SandboxSurroundings {
  directories: Directories;
  cgroupParent: string;
  nodeDns: DnsConfig;
  clusterDns: ClusterDns;
  /** Of a pod that has its own. */
  users?: IdMapping[] | undefined;
}

export function sandboxConfig(pod: Pod, attempt: number, around: SandboxSurroundings): SandboxConfig {
  const name = podName(pod);
  const { spec } = pod;
  const shared = spec?.securityContext;
  const names = hostName(pod, around.clusterDns.domain);
  const sysctls = Object.fromEntries((shared?.sysctls ?? []).map(s => [dotted(s.name), s.value]));
  return {
    metadata: { name: name.name, namespace: name.namespace, uid: name.uid, attempt },
    // On the host's network a pod goes by the host's name.
    ...(spec?.hostNetwork ? {} : { hostname: kernelName(pod, names) }),
    logDirectory: around.directories.podLogs(name),
    dnsConfig: dnsConfig(pod, around.nodeDns, around.clusterDns),
    portMappings: hostPorts(pod),
    labels: sandboxLabels(name, pod),
    annotations: sandboxAnnotations(pod),
    linux: {
      cgroupParent: around.cgroupParent,
      sysctls,
      securityContext: {
        namespaceOptions: namespaceOptions(pod, undefined, around.users),
        privileged: [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
          c => c.securityContext?.privileged,
        ),
        supplementalGroups: supplementalGroups(pod),
        ...groupsPolicy(pod),
        seccomp: { profileType: 'RuntimeDefault' },
        ...(shared?.runAsUser === undefined ? {} : { runAsUser: { value: shared.runAsUser } }),
        ...(shared?.runAsGroup === undefined || shared.runAsUser === undefined
          ? {}
          : { runAsGroup: { value: shared.runAsGroup } }),
      },
    },
  };
}

const longestName = 64;

/** Throws where the full name is asked for and the kernel cannot hold it. */
function kernelName({ spec }: Pod, { hostname, fqdn }: ReturnType<typeof hostName>): string {
  if (!spec?.setHostnameAsFQDN || fqdn === undefined) return hostname;
  if (fqdn.length > longestName)
    throw new Error(
      `Failed to construct FQDN from Pod hostname and cluster domain, FQDN ${fqdn} is too long (64 characters is the max, ${fqdn.length} characters requested).`,
    );
  return fqdn;
}

/** On the host's network the ports are the node's anyhow. */
function hostPorts(pod: Pod): NonNullable<SandboxConfig['portMappings']> {
  if (pod.spec?.hostNetwork) return [];
  return (pod.spec?.containers ?? [])
    .flatMap(c => c.ports ?? [])
    .filter(port => port.hostPort)
    .map(port => ({
      protocol: (port.protocol ?? 'TCP') as 'TCP' | 'UDP' | 'SCTP',
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      ...(port.hostIP ? { hostIp: port.hostIP } : {}),
    }));
}
