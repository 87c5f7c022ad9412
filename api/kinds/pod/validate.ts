/** A pod's spec, in pods and in the templates of what makes pods. */
import { validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { PodSpec } from '../../types.js';
import { complaints, invalidValue, oneOf, required } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain, ipAddress } from '../../validation/strings.js';
import { validateEphemeralContainers } from './ephemeral.js';
import { type Surroundings, validateContainers, validateInitContainers } from './validate-containers.js';
import { validateGates } from './validate-gates.js';
import { validateResources } from './validate-resources.js';
import { validateScheduling } from './validate-scheduling.js';
import { validatePodSecurity } from './validate-security.js';
import { validateVolumes } from './validate-volumes.js';

const mostDeadlineSeconds = 2 ** 31 - 1;

const names: [field: keyof PodSpec & string, rule: (value: string) => string[]][] = [
  ['nodeName', dns1123Subdomain],
  ['serviceAccountName', dns1123Subdomain],
  ['priorityClassName', dns1123Subdomain],
  ['runtimeClassName', dns1123Subdomain],
  ['hostname', dns1123Label],
  ['subdomain', dns1123Label],
];

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors = names.flatMap(([field, rule]) => {
    const value = spec[field];
    return typeof value === 'string' && value !== '' ? complaints(`${path}.${field}`, value, rule(value)) : [];
  });
  (spec.imagePullSecrets ?? []).forEach((secret, index) => {
    if (!secret.name) errors.push(required(`${path}.imagePullSecrets[${index}].name`));
  });
  (spec.hostAliases ?? []).forEach((alias, index) => {
    errors.push(...complaints(`${path}.hostAliases[${index}].ip`, alias.ip ?? '', ipAddress(alias.ip ?? '')));
    for (const name of alias.hostnames ?? []) {
      errors.push(...complaints(`${path}.hostAliases[${index}].hostnames`, name, dns1123Subdomain(name)));
    }
  });
  return errors;
}

function validateDns(spec: PodSpec, path: string): FieldError[] {
  const policies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
  const errors = oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, policies);
  const servers = spec.dnsConfig?.nameservers ?? [];
  if (spec.dnsPolicy === 'None') {
    if (!spec.dnsConfig) {
      errors.push(required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    } else if (servers.length === 0) {
      const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.push(required(`${path}.dnsConfig.nameservers`, why));
    }
  }
  if (servers.length > 3) {
    errors.push(invalidValue(`${path}.dnsConfig.nameservers`, servers, 'must not have more than 3 nameservers'));
  }
  servers.forEach((server, index) => {
    errors.push(...complaints(`${path}.dnsConfig.nameservers[${index}]`, server, ipAddress(server)));
  });
  return errors;
}

function validateTimes(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const deadline = spec.activeDeadlineSeconds;
  if (typeof deadline === 'number' && (deadline < 1 || deadline > mostDeadlineSeconds)) {
    const why = `must be between 1 and ${mostDeadlineSeconds}, inclusive`;
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, why));
  }
  if (typeof spec.terminationGracePeriodSeconds !== 'number') {
    errors.push(required(`${path}.terminationGracePeriodSeconds`));
  }
  return errors;
}

/** `spec` has its defaults already; `path` is where it stands ('spec', 'spec.template.spec'). */
export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const volumes = spec.volumes ?? [];
  const around: Surroundings = {
    volumes: new Map(volumes.map(volume => [volume.name, volume])),
    hostNetwork: spec.hostNetwork === true,
    hostPorts: new Set(),
    names: new Set(),
  };
  return [
    ...validateVolumes(volumes, `${path}.volumes`),
    ...validateContainers(spec.containers ?? [], `${path}.containers`, around),
    // Init containers are gone before the others start: the same host ports are no conflict.
    ...validateInitContainers(spec.initContainers ?? [], `${path}.initContainers`, { ...around, hostPorts: new Set() }),
    ...validateEphemeralContainers(spec.ephemeralContainers ?? [], `${path}.ephemeralContainers`, around),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'Never', 'OnFailure']),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validateDns(spec, path),
    ...validatePodSecurity(spec, path),
    ...validateGates(spec, path),
    ...validateNames(spec, path),
    ...validateTimes(spec, path),
    ...validateResources(spec.resources, `${path}.resources`),
    ...validateScheduling(spec, path),
  ];
}
