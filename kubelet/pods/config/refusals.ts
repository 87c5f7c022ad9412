/** What this kubelet does not do. A pod that asks for it is rejected with a reason: nothing is silently left out. */
import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import type { Container, Pod } from '../../../api/types.js';

/** Labels are without effect on a node that has no SELinux, as in Kubernetes; on one that has, they would be missed. */
export interface Abilities {
  selinux: boolean;
}

/** The first thing that cannot be honoured, or undefined. The pod's status and an event say it. */
export function refusal(pod: Pod, node: Abilities): { reason: string; message: string } | undefined {
  const why =
    podRefusal(pod, node) ??
    allContainers(pod)
      .map(c => containerRefusal(c, node))
      .find(Boolean);
  return why === undefined ? undefined : { reason: 'NotSupported', message: `Pod was rejected: ${why}` };
}

const allContainers = (pod: Pod): Container[] => [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];

/** Kernel settings that concern the pod alone; others would reach the node. */
const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];

function podRefusal({ spec }: Pod, node: Abilities): string | undefined {
  if (!spec) return 'the pod has no spec';
  if (spec.os?.name !== undefined && spec.os.name !== 'linux')
    return `spec.os.name ${spec.os.name} does not match the node's, linux`;
  if (spec.runtimeClassName)
    return `spec.runtimeClassName: RuntimeClass "${spec.runtimeClassName}" is not supported by this kubelet`;
  if (spec.hostUsers === false) return 'spec.hostUsers: user namespaces are not supported by this kubelet';
  if ((spec.resourceClaims ?? []).length > 0)
    return 'spec.resourceClaims: dynamic resources are not supported by this kubelet';
  const { sysctls = [], seLinuxOptions, windowsOptions } = spec.securityContext ?? {};
  const unsafe = sysctls.find(s => !safeSysctls.includes(s.name));
  if (unsafe) return `forbidden sysctl: "${unsafe.name}" not allowlisted`;
  if (seLinuxOptions && node.selinux) return 'spec.securityContext.seLinuxOptions is not supported by this kubelet';
  return windowsOptions ? 'spec.securityContext.windowsOptions: this node runs linux' : undefined;
}

/** Of a container that is added to a running pod: it is not started, and the pod goes on. */
export function containerRefusal(c: Container, node: Abilities): string | undefined {
  const about = (what: string): string => `container "${c.name}": ${what} is not supported by this kubelet`;
  if (c.restartPolicy && !isRestartableInit(c)) return about(`restartPolicy ${c.restartPolicy} of a single container`);
  if ((c.volumeDevices ?? []).length > 0) return about('volumeDevices');
  const { seLinuxOptions, windowsOptions, procMount, appArmorProfile } = c.securityContext ?? {};
  if (seLinuxOptions && node.selinux) return about('securityContext.seLinuxOptions');
  if (windowsOptions) return about('securityContext.windowsOptions');
  if (procMount && procMount !== 'Default') return about(`securityContext.procMount ${procMount}`);
  if (appArmorProfile?.type === 'Localhost') return about('securityContext.appArmorProfile Localhost');
  const amounts = { ...c.resources?.limits, ...c.resources?.requests };
  const odd = Object.keys(amounts).find(name => !['cpu', 'memory', 'ephemeral-storage'].includes(name));
  if (odd) return about(`resource ${odd}`);
  const mount = (c.volumeMounts ?? []).find(m => m.recursiveReadOnly && m.recursiveReadOnly !== 'Disabled');
  return mount ? about(`volumeMounts recursiveReadOnly ${mount.recursiveReadOnly}`) : undefined;
}
