/** The guards around a pod and its containers: profiles, capabilities, kernel settings, whose names they run under. */
import type { FieldError } from '../../status.js';
import type { Container, PodSpec } from '../../types.js';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';

type PodSecurity = NonNullable<PodSpec['securityContext']>;
type Security = NonNullable<Container['securityContext']>;

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

interface Profile {
  type?: string;
  localhostProfile?: string;
}

/** A profile of the node has a name; the others have none. `what` is 'seccomp' or 'AppArmor'. */
function validateProfile(profile: Profile | undefined, path: string, what: string): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  if (!type) return [required(`${path}.type`)];
  if (!profileTypes.includes(type)) return [notSupported(`${path}.type`, type, profileTypes)];
  if (type === 'Localhost') {
    if (localhostProfile) return [];
    return [required(`${path}.localhostProfile`, `must be set when ${what} type is Localhost`)];
  }
  if (localhostProfile === undefined) return [];
  const why = `can only be set when ${what} type is Localhost`;
  return [invalidValue(`${path}.localhostProfile`, localhostProfile, why)];
}

/** 'net.ipv4.ip_forward', and with slashes. */
const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** Settings of a namespace that the pod shares with its node would be the node's. */
function sharedWith(name: string, { hostNetwork, hostIPC }: PodSpec): string | undefined {
  if (/^net[./]/.test(name) && hostNetwork) return 'hostNetwork';
  return /^(kernel[./](shm|msg|sem)|fs[./]mqueue[./])/.test(name) && hostIPC ? 'hostIPC' : undefined;
}

function validateSysctls(sysctls: NonNullable<PodSecurity['sysctls']>, spec: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name }, index) => {
    const field = `${path}[${index}].name`;
    if (!name) return [required(field)];
    const errors: FieldError[] = [];
    if (name.length > 253 || !sysctlName.test(name)) {
      const why = `must have at most 253 characters and match regex ${sysctlName.source}`;
      errors.push(invalidValue(field, name, why));
    } else if (seen.has(name)) errors.push(duplicate(field, name));
    const shared = sharedWith(name, spec);
    if (shared) errors.push(invalidValue(field, name, `may not be specified when '${shared}' is true`));
    seen.add(name);
    return errors;
  });
}

function oneOfThese(value: string | undefined, values: string[], field: string): FieldError[] {
  return value === undefined || values.includes(value) ? [] : [notSupported(field, value, values)];
}

export function validatePodSecurity(spec: PodSpec, path: string): FieldError[] {
  const security = spec.securityContext ?? {};
  const field = `${path}.securityContext`;
  const errors: FieldError[] = [];
  for (const name of ['runAsUser', 'runAsGroup', 'fsGroup'] as const) {
    const id = security[name] ?? 0;
    if (id < 0) errors.push(invalidValue(`${field}.${name}`, id, nonNegative));
  }
  (security.supplementalGroups ?? []).forEach((id, index) => {
    if (id < 0) errors.push(invalidValue(`${field}.supplementalGroups[${index}]`, id, nonNegative));
  });
  if (spec.shareProcessNamespace && spec.hostPID) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, why));
  }
  return [
    ...errors,
    ...validateOwnUsers(spec, path),
    ...oneOfThese(security.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${field}.fsGroupChangePolicy`),
    ...oneOfThese(security.supplementalGroupsPolicy, ['Merge', 'Strict'], `${field}.supplementalGroupsPolicy`),
    ...validateSysctls(security.sysctls ?? [], spec, `${field}.sysctls`),
    ...validateProfile(security.seccompProfile, `${field}.seccompProfile`, 'seccomp'),
    ...validateProfile(security.appArmorProfile, `${field}.appArmorProfile`, 'AppArmor'),
  ];
}

/** Users of the pod's own are no users in the node's namespaces. */
function validateOwnUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  return (['hostPID', 'hostIPC', 'hostNetwork'] as const)
    .filter(name => spec[name])
    .map(name => forbiddenField(`${path}.${name}`, 'when `hostUsers` is false'));
}

export function validateContainerSecurity(security: Security | undefined, path: string): FieldError[] {
  if (!security) return [];
  const errors: FieldError[] = [];
  for (const name of ['runAsUser', 'runAsGroup'] as const) {
    const id = security[name] ?? 0;
    if (id < 0) errors.push(invalidValue(`${path}.${name}`, id, nonNegative));
  }
  if (security.allowPrivilegeEscalation === false) {
    const cannot = (what: string): FieldError =>
      invalidValue(path, security, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
    if (security.privileged) errors.push(cannot('`privileged` to true'));
    if (security.capabilities?.add?.includes('CAP_SYS_ADMIN')) errors.push(cannot('`capabilities.Add` CAP_SYS_ADMIN'));
  }
  return [
    ...errors,
    ...oneOfThese(security.procMount, ['Default', 'Unmasked'], `${path}.procMount`),
    ...validateProfile(security.seccompProfile, `${path}.seccompProfile`, 'seccomp'),
    ...validateProfile(security.appArmorProfile, `${path}.appArmorProfile`, 'AppArmor'),
  ];
}
