/** Containers and init containers. */
import type { FieldError } from '../../status.js';
import type { Container, Volume, VolumeMount } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundValue,
  notSupported,
  oneOf,
  required,
} from '../../validation/errors.js';
import { dns1123Label, portName, portNumber } from '../../validation/strings.js';
import { isRestartableInit } from './columns.js';
import { validateInnerPath } from './inner-path.js';
import { validateEnv } from './validate-env.js';
import { validateResizePolicy } from './validate-gates.js';
import { validateLifecycle, validateProbes } from './validate-handlers.js';
import { validateResources } from './validate-resources.js';
import { validateRestarts } from './validate-restarts.js';
import { validateContainerSecurity } from './validate-security.js';

/** What a container is checked against: the pod around it. */
export interface Surroundings {
  volumes: ReadonlyMap<string, Volume>;
  hostNetwork: boolean;
  /** Host ports taken by the containers before this one: 'TCP/0.0.0.0/80'. */
  hostPorts: Set<string>;
  /** The names of the containers before this one. */
  names: Set<string>;
  /** Containers that a debug container may look into: those that are none themselves. */
  targets?: ReadonlySet<string>;
}

type Port = NonNullable<Container['ports']>[number];

function validatePort(port: Port, path: string, around: Surroundings): FieldError[] {
  const errors: FieldError[] = [];
  if (!port.containerPort) errors.push(required(`${path}.containerPort`));
  else errors.push(...complaints(`${path}.containerPort`, port.containerPort, portNumber(port.containerPort)));
  errors.push(...oneOf(`${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  if (!port.hostPort) return errors;
  errors.push(...complaints(`${path}.hostPort`, port.hostPort, portNumber(port.hostPort)));
  if (around.hostNetwork && port.hostPort !== port.containerPort) {
    const why = 'must match `hostPort` when `hostNetwork` is true';
    errors.push(invalidValue(`${path}.containerPort`, port.containerPort, why));
  }
  const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
  if (around.hostPorts.has(key)) errors.push(duplicate(`${path}.hostPort`, key));
  around.hostPorts.add(key);
  return errors;
}

function validatePorts(container: Container, path: string, around: Surroundings): FieldError[] {
  const names = new Set<string>();
  return (container.ports ?? []).flatMap((port, index) => {
    const field = `${path}.ports[${index}]`;
    const errors = validatePort(port, field, around);
    if (!port.name) return errors;
    errors.push(...complaints(`${field}.name`, port.name, portName(port.name)));
    if (names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
    names.add(port.name);
    return errors;
  });
}

function validateMount(
  mount: VolumeMount,
  path: string,
  volumes: ReadonlyMap<string, Volume>,
  isPrivileged: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!mount.name) errors.push(required(`${path}.name`));
  else if (!volumes.has(mount.name)) errors.push(notFoundValue(`${path}.name`, mount.name));
  if (!mount.mountPath) errors.push(required(`${path}.mountPath`));
  if (mount.subPath) errors.push(...validateInnerPath(mount.subPath, `${path}.subPath`));
  if (mount.subPathExpr) {
    if (mount.subPath) {
      errors.push(
        invalidValue(`${path}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
      );
    }
    errors.push(...validateInnerPath(mount.subPathExpr, `${path}.subPathExpr`));
  }
  const propagations = ['Bidirectional', 'HostToContainer', 'None'];
  if (mount.mountPropagation && !propagations.includes(mount.mountPropagation)) {
    errors.push(notSupported(`${path}.mountPropagation`, mount.mountPropagation, propagations));
  }
  if (mount.mountPropagation === 'Bidirectional' && !isPrivileged) {
    const why = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(forbiddenField(`${path}.mountPropagation`, why));
  }
  return [...errors, ...validateReadOnly(mount, `${path}.recursiveReadOnly`)];
}

function validateReadOnly({ recursiveReadOnly, readOnly, mountPropagation }: VolumeMount, path: string): FieldError[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return [];
  const modes = ['Disabled', 'Enabled', 'IfPossible'];
  if (!modes.includes(recursiveReadOnly)) return [notSupported(path, recursiveReadOnly, modes)];
  const errors: FieldError[] = [];
  if (!readOnly) errors.push(forbiddenField(path, 'may only be specified when readOnly is true'));
  if (mountPropagation && mountPropagation !== 'None') {
    const why = 'may only be specified when mountPropagation is None or not specified';
    errors.push(forbiddenField(path, why));
  }
  return errors;
}

function validateMounts(container: Container, path: string, volumes: ReadonlyMap<string, Volume>): FieldError[] {
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const field = `${path}.volumeMounts[${index}]`;
    const errors = validateMount(mount, field, volumes, container.securityContext?.privileged === true);
    if (paths.has(mount.mountPath)) errors.push(invalidValue(`${field}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    return errors;
  });
}

function validateImage(container: Container, path: string): FieldError[] {
  const { image = '' } = container;
  if (image === '') return [required(`${path}.image`)];
  if (image.trim() !== image) {
    return [invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace')];
  }
  return [];
}

function validateName(container: Container, path: string, names: Set<string>): FieldError[] {
  if (!container.name) return [required(`${path}.name`)];
  const errors = complaints(`${path}.name`, container.name, dns1123Label(container.name));
  if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
  names.add(container.name);
  return errors;
}

export function validateContainer(container: Container, path: string, around: Surroundings): FieldError[] {
  return [
    ...validateName(container, path, around.names),
    ...validateImage(container, path),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['FallbackToLogsOnError', 'File']),
    ...validatePorts(container, path, around),
    ...validateEnv(container, path, around.volumes),
    ...validateMounts(container, path, around.volumes),
    ...validateProbes(container, path),
    ...validateLifecycle(container, path),
    ...validateResources(container.resources, `${path}.resources`),
    ...validateResizePolicy(container.resizePolicy, `${path}.resizePolicy`),
    ...validateContainerSecurity(container.securityContext, `${path}.securityContext`),
  ];
}

export function validateContainers(containers: readonly Container[], path: string, around: Surroundings): FieldError[] {
  if (containers.length === 0) return [required(path)];
  return containers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    return [...validateContainer(container, field, around), ...validateRestarts(container, field)];
  });
}

const afterStart = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** An init container runs to its end before the others start; only a sidecar (restartPolicy Always) can be probed. */
export function validateInitContainers(
  containers: readonly Container[],
  path: string,
  around: Surroundings,
): FieldError[] {
  return containers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const errors = [...validateContainer(container, field, around), ...validateRestarts(container, field)];
    if (isRestartableInit(container)) return errors;
    for (const name of afterStart) {
      if (container[name]) {
        const why = 'may not be set for init containers without restartPolicy=Always';
        errors.push(forbiddenField(`${field}.${name}`, why));
      }
    }
    return errors;
  });
}
