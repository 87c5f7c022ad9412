/** securityContext, of the pod and of the container, as the runtime takes it. The container's word counts first. */
import { join } from 'node:path';
import type { Container, Pod } from '../../../api/types.js';
import type {
  ContainerSecurity,
  GroupsPolicy,
  IdMapping,
  Image,
  NamespaceOption,
  SecurityProfile,
} from '../../cri/types.js';

/** `target`: the id of the container whose processes this one is to see. `users`: of a pod that has its own. */
export function namespaceOptions(pod: Pod, target?: string, users?: IdMapping[]): NamespaceOption {
  const spec = pod.spec;
  return {
    network: spec?.hostNetwork ? 'NODE' : 'POD',
    pid: spec?.hostPID ? 'NODE' : spec?.shareProcessNamespace ? 'POD' : 'CONTAINER',
    ipc: spec?.hostIPC ? 'NODE' : 'POD',
    ...(target === undefined ? {} : { pid: 'TARGET', targetId: target }),
    ...(users === undefined ? {} : { usernsOptions: { mode: 'POD', uids: users, gids: users } }),
  };
}

/** Paths of /proc and /sys that a container may not read or change, unless it asks for procMount Unmasked. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export interface SecurityParts {
  /** Where the node keeps its seccomp profiles. */
  seccompRoot: string;
  /** The id of the container whose processes this one is to see. */
  target?: string | undefined;
  /** It says who runs where the spec does not. */
  image?: Image | undefined;
  /** Of a pod that has its own. */
  users?: IdMapping[] | undefined;
}

export function containerSecurity(
  pod: Pod,
  container: Container,
  { seccompRoot, target, image, users }: SecurityParts,
): ContainerSecurity {
  const own = container.securityContext;
  const shared = pod.spec?.securityContext;
  const user = own?.runAsUser ?? shared?.runAsUser;
  const group = own?.runAsGroup ?? shared?.runAsGroup;
  const privileged = own?.privileged === true;
  const seesAll = privileged || own?.procMount === 'Unmasked';
  const apparmor = own?.appArmorProfile ?? shared?.appArmorProfile;
  return {
    namespaceOptions: namespaceOptions(pod, target, users),
    privileged,
    readonlyRootfs: own?.readOnlyRootFilesystem === true,
    noNewPrivs: own?.allowPrivilegeEscalation === false,
    capabilities: {
      addCapabilities: own?.capabilities?.add ?? [],
      dropCapabilities: own?.capabilities?.drop ?? [],
    },
    supplementalGroups: supplementalGroups(pod),
    ...groupsPolicy(pod),
    maskedPaths: seesAll ? [] : maskedPaths,
    readonlyPaths: seesAll ? [] : readonlyPaths,
    seccomp: seccomp(own?.seccompProfile ?? shared?.seccompProfile, seccompRoot),
    ...(apparmor ? { apparmor: profile(apparmor.type, apparmor.localhostProfile) } : {}),
    ...(user === undefined ? {} : { runAsUser: { value: user } }),
    ...(group === undefined ? {} : { runAsGroup: { value: group } }),
    ...(user === undefined && group !== undefined ? userOf(image) : {}),
  };
}

/** A runtime takes no group without its user. */
const userOf = (image: Image | undefined): Pick<ContainerSecurity, 'runAsUser' | 'runAsUsername'> =>
  image?.username ? { runAsUsername: image.username } : { runAsUser: { value: image?.uid?.value ?? 0 } };

export function supplementalGroups(pod: Pod): number[] {
  const { supplementalGroups: groups = [], fsGroup } = pod.spec?.securityContext ?? {};
  return fsGroup === undefined || groups.includes(fsGroup) ? groups : [...groups, fsGroup];
}

/** Strict: the groups of the image's own /etc/group do not count. */
export function groupsPolicy({ spec }: Pod): { supplementalGroupsPolicy?: GroupsPolicy } {
  const policy = spec?.securityContext?.supplementalGroupsPolicy;
  return policy === undefined ? {} : { supplementalGroupsPolicy: policy as GroupsPolicy };
}

type SeccompProfile = NonNullable<NonNullable<Container['securityContext']>['seccompProfile']>;

const profile = (type: string, localhostRef = ''): SecurityProfile =>
  type === 'RuntimeDefault'
    ? { profileType: 'RuntimeDefault' }
    : type === 'Localhost'
      ? { profileType: 'Localhost', localhostRef }
      : { profileType: 'Unconfined' };

const seccomp = (asked: SeccompProfile | undefined, root: string): SecurityProfile =>
  profile(asked?.type ?? 'Unconfined', join(root, asked?.localhostProfile ?? ''));

/**
 * runAsNonRoot: undefined when it holds, or why the container may not be made. `image` says who would run when the
 * spec does not.
 */
export function nonRootProblem(pod: Pod, container: Container, image: Image | undefined): string | undefined {
  const wanted = container.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot;
  if (!wanted) return undefined;
  const about = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  const user = container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  if (user !== undefined) return user === 0 ? `container's runAsUser breaks non-root policy ${about}` : undefined;
  if (image?.username)
    return `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${about}`;
  const imageUser = image?.uid?.value ?? 0;
  return imageUser === 0 ? `container has runAsNonRoot and image will run as root ${about}` : undefined;
}
