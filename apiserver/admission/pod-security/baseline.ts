/** The checks of level "baseline": nothing that is known to lead out of a container. */
import { safeSysctls } from '../../../api/safe-sysctls.js';
import type { Container, LifecycleHandler } from '../../../api/types.js';
import { allContainers, type Checked, namesWhere } from './pod.js';
import { containersNamed, plural, quoted, setters, type Violation } from './wording.js';

export interface Check {
  /** The minor version of Kubernetes that first made it. */
  since: number;
  check(pod: Checked): Violation | undefined;
}

function windowsHostProcess({ spec }: Checked): Violation | undefined {
  const containers = namesWhere(spec, c => c.securityContext?.windowsOptions?.hostProcess === true);
  const pod = spec.securityContext?.windowsOptions?.hostProcess === true;
  if (!pod && containers.length === 0) return undefined;
  const detail = `${setters(pod, containers)} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: 'hostProcess', detail };
}

function hostNamespaces({ spec }: Checked): Violation | undefined {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(name => spec[name]);
  if (used.length === 0) return undefined;
  return { reason: 'host namespaces', detail: used.map(name => `${name}=true`).join(', ') };
}

function privileged({ spec }: Checked): Violation | undefined {
  const names = namesWhere(spec, c => c.securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containersNamed(names)} must not set securityContext.privileged=true` };
}

const harmlessCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** The capabilities outside `allowed` that containers add, and which containers those are. */
export function addedCapabilities({ spec }: Checked, allowed: ReadonlySet<string>): Violation | undefined {
  const forbidden = (container: Container): string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter(name => !allowed.has(name));
  const names = namesWhere(spec, container => forbidden(container).length > 0);
  if (names.length === 0) return undefined;
  const added = [...new Set(allContainers(spec).flatMap(forbidden))].sort();
  const detail = `${containersNamed(names)} must not include ${quoted(added)} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
}

function hostPathVolumes({ spec }: Checked): Violation | undefined {
  const names = (spec.volumes ?? []).filter(volume => volume.hostPath).map(volume => volume.name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` };
}

function hostPorts({ spec }: Checked): Violation | undefined {
  const portsOf = (container: Container): number[] =>
    (container.ports ?? []).flatMap(port => (port.hostPort ? [port.hostPort] : []));
  const names = namesWhere(spec, container => portsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = [...new Set(allContainers(spec).flatMap(portsOf))].sort((a, b) => a - b);
  const use = plural('uses', 'use', names.length);
  const detail = `${containersNamed(names)} ${use} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`;
  return { reason: 'hostPort', detail };
}

/** A probe or hook may ask its own pod; with a host it makes the kubelet ask anybody. */
function probeHosts({ spec }: Checked): Violation | undefined {
  const hostOf = (handler: LifecycleHandler | undefined): string[] =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host): host is string => Boolean(host));
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(hostOf);
  const names = namesWhere(spec, container => hostsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const hosts = [...new Set(allContainers(spec).flatMap(hostsOf))].sort();
  const use = plural('uses', 'use', names.length);
  const detail = `${containersNamed(names)} ${use} ${plural('host', 'hosts', hosts.length)} ${quoted(hosts)}`;
  return { reason: 'probe or lifecycle host', detail };
}

const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';

function appArmor({ annotations, spec }: Checked): Violation | undefined {
  const unconfined = (type: string | undefined): boolean => type === 'Unconfined';
  const pod = unconfined(spec.securityContext?.appArmorProfile?.type);
  const containers = namesWhere(spec, c => unconfined(c.securityContext?.appArmorProfile?.type));
  const annotated = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorAnnotation) && !/^(runtime\/default|localhost\/.*|)$/.test(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const count = (pod ? 1 : 0) + containers.length + annotated.length;
  if (count === 0) return undefined;
  const set = setters(pod, containers);
  const details = [
    ...(set === '' ? [] : [`${set} must not set AppArmor profile type to "Unconfined"`]),
    ...annotated.sort(),
  ];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', count),
    detail: details.join(', '),
  };
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

function seLinux({ spec }: Checked): Violation | undefined {
  type Options = NonNullable<NonNullable<Container['securityContext']>['seLinuxOptions']>;
  const isBad = (options: Options | undefined): boolean =>
    options !== undefined &&
    (!seLinuxTypes.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role));
  const pod = spec.securityContext?.seLinuxOptions;
  const containers = namesWhere(spec, c => isBad(c.securityContext?.seLinuxOptions));
  if (!isBad(pod) && containers.length === 0) return undefined;
  const all = [pod, ...allContainers(spec).map(c => c.securityContext?.seLinuxOptions)].filter(isBad) as Options[];
  const types = [...new Set(all.map(({ type = '' }) => type).filter(type => !seLinuxTypes.includes(type)))].sort();
  const said = [
    ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
    ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
    ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
  ];
  const detail = `${setters(isBad(pod), containers)} set forbidden securityContext.seLinuxOptions: ${said.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
}

function procMount({ spec }: Checked): Violation | undefined {
  const mountOf = ({ securityContext }: Container): string => securityContext?.procMount ?? 'Default';
  const names = namesWhere(spec, container => mountOf(container) !== 'Default');
  if (names.length === 0) return undefined;
  const mounts = [
    ...new Set(
      allContainers(spec)
        .map(mountOf)
        .filter(mount => mount !== 'Default'),
    ),
  ].sort();
  return {
    reason: 'procMount',
    detail: `${containersNamed(names)} must not set securityContext.procMount to ${quoted(mounts)}`,
  };
}

function seccomp({ spec }: Checked): Violation | undefined {
  const pod = spec.securityContext?.seccompProfile?.type === 'Unconfined';
  const containers = namesWhere(spec, c => c.securityContext?.seccompProfile?.type === 'Unconfined');
  if (!pod && containers.length === 0) return undefined;
  const detail = `${setters(pod, containers)} must not set securityContext.seccompProfile.type to "Unconfined"`;
  return { reason: 'seccompProfile', detail };
}

function sysctls({ spec }: Checked): Violation | undefined {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter(name => !safeSysctls.has(name));
  return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
}

/** In the order of their names in Kubernetes. */
export const baseline: Readonly<Record<string, Check>> = {
  appArmorProfile: { since: 0, check: appArmor },
  capabilities_baseline: { since: 0, check: pod => addedCapabilities(pod, harmlessCapabilities) },
  hostNamespaces: { since: 0, check: hostNamespaces },
  hostPathVolumes: { since: 0, check: hostPathVolumes },
  hostPorts: { since: 0, check: hostPorts },
  hostProbesAndhostLifecycle: { since: 34, check: probeHosts },
  privileged: { since: 0, check: privileged },
  procMount: { since: 0, check: procMount },
  seLinuxOptions: { since: 0, check: seLinux },
  seccompProfile_baseline: { since: 0, check: seccomp },
  sysctls: { since: 0, check: sysctls },
  windowsHostProcess: { since: 0, check: windowsHostProcess },
};
