/** What this kubelet does not do. A pod that asks for it is rejected with a reason: nothing is silently left out. */
import { isExtended, isHugePages } from '../../../api/kinds/workload/resource-names.js';
import type { Container, Pod } from '../../../api/types.js';
import type { RuntimeAbilities } from '../../cri/types.js';
import { sysctlProblem } from './sysctls.js';

/**
 * What this machine enforces, and its runtime can. SELinux labels are without effect where there is none, as in Kubernetes; where there is,
 * they would be missed. An AppArmor profile that nobody enforces is refused.
 */
export interface Abilities {
  selinux: boolean;
  apparmor: boolean;
  runtime: RuntimeAbilities;
}

export interface Refused {
  reason: string;
  message: string;
}

/** The first thing that cannot be honoured, or undefined. The pod's status and an event say it. */
export function refusal(pod: Pod, node: Abilities): Refused | undefined {
  const forbidden = sysctlProblem(pod);
  if (forbidden !== undefined) return rejected('SysctlForbidden', `forbidden sysctl: ${forbidden}`);
  if (!node.apparmor && profiles(pod).some(type => type === 'RuntimeDefault' || type === 'Localhost'))
    return rejected('AppArmor', 'Cannot enforce AppArmor: AppArmor is not enabled on the host');
  if (pod.spec?.securityContext?.supplementalGroupsPolicy === 'Strict' && !node.runtime.supplementalGroupsPolicy)
    return rejected(
      'SupplementalGroupsPolicyNotSupported',
      'SupplementalGroupsPolicy=Strict is not supported in this node',
    );
  const why =
    podRefusal(pod, node) ??
    allContainers(pod)
      .map(c => containerRefusal(c, node))
      .find(Boolean);
  return why === undefined ? undefined : rejected('NotSupported', why);
}

const rejected = (reason: string, why: string): Refused => ({ reason, message: `Pod was rejected: ${why}` });

const allContainers = (pod: Pod): Container[] => [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];

const profiles = (pod: Pod): (string | undefined)[] =>
  [pod.spec?.securityContext, ...allContainers(pod).map(c => c.securityContext)].map(s => s?.appArmorProfile?.type);

function podRefusal({ spec }: Pod, node: Abilities): string | undefined {
  if (!spec) return 'the pod has no spec';
  if (spec.os?.name !== undefined && spec.os.name !== 'linux')
    return `spec.os.name ${spec.os.name} does not match the node's, linux`;
  if (spec.hostUsers === false && !node.runtime.handlers.some(handler => handler.features?.userNamespaces))
    return 'spec.hostUsers: user namespaces are not supported by the container runtime of this node';
  if ((spec.resourceClaims ?? []).length > 0)
    return 'spec.resourceClaims: dynamic resources are not supported by this kubelet';
  const { seLinuxOptions, windowsOptions } = spec.securityContext ?? {};
  if (seLinuxOptions && node.selinux) return 'spec.securityContext.seLinuxOptions is not supported by this kubelet';
  return windowsOptions ? 'spec.securityContext.windowsOptions: this node runs linux' : undefined;
}

/** Of a container that is added to a running pod: it is not started, and the pod goes on. */
export function containerRefusal(c: Container, node: Abilities): string | undefined {
  const about = (what: string): string => `container "${c.name}": ${what} is not supported by this kubelet`;
  if ((c.volumeDevices ?? []).length > 0) return about('volumeDevices');
  if (c.lifecycle?.stopSignal) return about(`lifecycle.stopSignal ${c.lifecycle.stopSignal}`);
  const { seLinuxOptions, windowsOptions, appArmorProfile } = c.securityContext ?? {};
  if (seLinuxOptions && node.selinux) return about('securityContext.seLinuxOptions');
  if (windowsOptions) return about('securityContext.windowsOptions');
  // Of a container that is added later nobody has asked before.
  if (!node.apparmor && appArmorProfile && appArmorProfile.type !== 'Unconfined')
    return about(`securityContext.appArmorProfile ${appArmorProfile.type}`);
  if ((c.resources?.claims ?? []).length > 0) return about('resources.claims');
  const amounts = { ...c.resources?.limits, ...c.resources?.requests };
  // Hugepages, and what somebody has given the node (licences, say), are looked for when the pod is admitted.
  const isKnown = (name: string): boolean =>
    ['cpu', 'memory', 'ephemeral-storage'].includes(name) || isHugePages(name) || isExtended(name);
  const odd = Object.keys(amounts).find(name => !isKnown(name));
  return odd ? about(`resource ${odd}`) : undefined;
}
