/** What level "restricted" asks beyond "baseline": a pod that has given up all that it does not need. */
import type { Container, Volume } from '../../../api/types.js';
import { addedCapabilities, type Check } from './baseline.js';
import { type Checked, isWindows, namesWhere } from './pod.js';
import { containersNamed, plural, quoted, setters, type Violation } from './wording.js';

function privilegeEscalation({ spec }: Checked): Violation | undefined {
  if (isWindows(spec)) return undefined;
  const names = namesWhere(spec, c => c.securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  const detail = `${containersNamed(names)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
}

const onlyThisCapability = new Set(['NET_BIND_SERVICE']);

function capabilities(pod: Checked): Violation | undefined {
  if (isWindows(pod.spec)) return undefined;
  const keeping = namesWhere(pod.spec, c => !c.securityContext?.capabilities?.drop?.includes('ALL'));
  const details =
    keeping.length > 0 ? [`${containersNamed(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : [];
  const adding = addedCapabilities(pod, onlyThisCapability);
  if (adding?.detail) details.push(adding.detail);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

const harmlessVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

const typeOf = (volume: Volume): string =>
  Object.keys(volume).find(name => name !== 'name' && volume[name as keyof Volume] != null) ?? 'unknown';

function volumeTypes({ spec }: Checked): Violation | undefined {
  const volumes = (spec.volumes ?? []).filter(volume => !harmlessVolumes.has(typeOf(volume)));
  if (volumes.length === 0) return undefined;
  const types = [...new Set(volumes.map(typeOf))].sort();
  const who = `${plural('volume', 'volumes', volumes.length)} ${quoted(volumes.map(({ name }) => name))}`;
  const use = plural('uses', 'use', volumes.length);
  const detail = `${who} ${use} restricted volume ${plural('type', 'types', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
}

function runAsNonRoot({ spec }: Checked): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const ofContainer = (container: Container): boolean | undefined =>
    container.securityContext?.runAsNonRoot ?? undefined;
  const defiant = namesWhere(spec, container => ofContainer(container) === false);
  // The pod's word counts where a container has none of its own.
  const silent = namesWhere(spec, container => ofContainer(container) === undefined);
  if (ofPod === false ? silent.length > 0 || defiant.length > 0 : defiant.length > 0) {
    return { reason, detail: `${setters(ofPod === false, defiant)} must not set securityContext.runAsNonRoot=false` };
  }
  if (ofPod || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersNamed(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser({ spec }: Checked): Violation | undefined {
  const pod = spec.securityContext?.runAsUser === 0;
  const containers = namesWhere(spec, c => c.securityContext?.runAsUser === 0);
  if (!pod && containers.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters(pod, containers)} must not set runAsUser=0` };
}

const profiles = ['RuntimeDefault', 'Localhost'];

function seccomp({ spec }: Checked): Violation | undefined {
  if (isWindows(spec)) return undefined;
  const reason = 'seccompProfile';
  const field = 'securityContext.seccompProfile.type';
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const isBad = (type: string | undefined): boolean => type !== undefined && !profiles.includes(type);
  const typeOfContainer = (container: Container): string | undefined => container.securityContext?.seccompProfile?.type;
  const defiant = namesWhere(spec, container => isBad(typeOfContainer(container)));
  if (isBad(ofPod) || defiant.length > 0) {
    return { reason, detail: `${setters(isBad(ofPod), defiant)} must not set ${field} to "Unconfined"` };
  }
  const silent = namesWhere(spec, container => typeOfContainer(container) === undefined);
  if (ofPod !== undefined || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersNamed(silent)} must set ${field} to "RuntimeDefault" or "Localhost"` };
}

/** In the order of their names in Kubernetes. */
export const restricted: Readonly<Record<string, Check>> = {
  allowPrivilegeEscalation: { since: 8, check: privilegeEscalation },
  capabilities_restricted: { since: 22, check: capabilities },
  restrictedVolumes: { since: 0, check: volumeTypes },
  runAsNonRoot: { since: 0, check: runAsNonRoot },
  runAsUser: { since: 23, check: runAsUser },
  seccompProfile_restricted: { since: 19, check: seccomp },
};

/** Checks of "baseline" that these make superfluous, and in which version they begin to. */
export const overridden: Readonly<Record<string, keyof typeof restricted>> = {
  capabilities_baseline: 'capabilities_restricted',
  hostPathVolumes: 'restrictedVolumes',
  seccompProfile_baseline: 'seccompProfile_restricted',
};
