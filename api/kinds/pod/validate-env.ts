/** A container's environment: literal values, and values taken from elsewhere. */
import type { FieldError } from '../../status.js';
import type { Container, EnvVar, Volume } from '../../types.js';
import { complaints, invalidValue, notFoundValue, notSupported, required } from '../../validation/errors.js';
import { configMapKey, dns1123Subdomain, envVarName, qualifiedName } from '../../validation/strings.js';
import { validateFilePath } from './inner-path.js';

/** The pod's, by name. */
type Volumes = ReadonlyMap<string, Volume>;
type Source = NonNullable<EnvVar['valueFrom']>;

/** The fields of a pod that its containers may be told. */
export const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** And what they may find in files. */
export const volumeFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

const resources = ['cpu', 'ephemeral-storage', 'memory'].flatMap(name => [`limits.${name}`, `requests.${name}`]).sort();

export function validateFieldRef(ref: { fieldPath: string }, path: string, where: 'env' | 'volume'): FieldError[] {
  if (!ref.fieldPath) return [required(`${path}.fieldPath`)];
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(ref.fieldPath);
  if (subscript) {
    const key = subscript[1] === 'annotations' ? (subscript[2] ?? '').toLowerCase() : (subscript[2] ?? '');
    return complaints(path, subscript[2], qualifiedName(key));
  }
  const allowed = where === 'env' ? envFields : volumeFields;
  return allowed.includes(ref.fieldPath) ? [] : [notSupported(`${path}.fieldPath`, ref.fieldPath, allowed)];
}

export function validateResourceRef(ref: { resource: string }, path: string): FieldError[] {
  if (!ref.resource) return [required(`${path}.resource`)];
  const known = resources.includes(ref.resource) || /^(limits|requests)\.hugepages-/.test(ref.resource);
  return known ? [] : [notSupported(`${path}.resource`, ref.resource, resources)];
}

function validateKeyRef(ref: { name?: string; key: string }, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!ref.name) errors.push(required(`${path}.name`));
  if (!ref.key) errors.push(required(`${path}.key`));
  else errors.push(...complaints(`${path}.key`, ref.key, configMapKey(ref.key)));
  return errors;
}

function validateFileKey(ref: NonNullable<Source['fileKeyRef']>, path: string, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = [];
  const volume = volumes.get(ref.volumeName);
  if (!ref.volumeName) errors.push(required(`${path}.volumeName`));
  else if (!volume) errors.push(notFoundValue(`${path}.volumeName`, ref.volumeName));
  else if (!volume.emptyDir) {
    errors.push(invalidValue(`${path}.volumeName`, ref.volumeName, 'referenced volume must be of type emptyDir'));
  }
  if (!ref.path) errors.push(required(`${path}.path`));
  else errors.push(...validateFilePath(ref.path, `${path}.path`));
  if (!ref.key) errors.push(required(`${path}.key`));
  else errors.push(...complaints(`${path}.key`, ref.key, envVarName(ref.key)));
  return errors;
}

function validateSource(source: Source, path: string, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, `${path}.fieldRef`, 'env'));
  if (resourceFieldRef) errors.push(...validateResourceRef(resourceFieldRef, `${path}.resourceFieldRef`));
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, `${path}.secretKeyRef`));
  if (fileKeyRef) errors.push(...validateFileKey(fileKeyRef, `${path}.fileKeyRef`, volumes));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) {
    const why =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalidValue(path, '', why));
  } else if (sources > 1) {
    errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateVariable(variable: EnvVar, path: string, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = [];
  if (!variable.name) errors.push(required(`${path}.name`));
  else errors.push(...complaints(`${path}.name`, variable.name, envVarName(variable.name)));
  if (!variable.valueFrom) return errors;
  if (variable.value) {
    const why = 'may not be specified when `value` is not empty';
    errors.push(invalidValue(`${path}.valueFrom`, '', why));
  }
  return [...errors, ...validateSource(variable.valueFrom, `${path}.valueFrom`, volumes)];
}

type EnvFrom = NonNullable<Container['envFrom']>[number];

function validateEnvFrom(source: EnvFrom, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (source.prefix) errors.push(...complaints(`${path}.prefix`, source.prefix, envVarName(source.prefix)));
  const named = [
    ['configMapRef', source.configMapRef],
    ['secretRef', source.secretRef],
  ] as const;
  for (const [field, ref] of named) {
    if (!ref) continue;
    if (!ref.name) errors.push(required(`${path}.${field}.name`));
    else errors.push(...complaints(`${path}.${field}.name`, ref.name, dns1123Subdomain(ref.name)));
  }
  const given = named.filter(([, ref]) => ref).length;
  if (given === 0) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
  else if (given > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  return errors;
}

export const validateEnv = (container: Container, path: string, volumes: Volumes): FieldError[] => [
  ...(container.env ?? []).flatMap((variable, index) => validateVariable(variable, `${path}.env[${index}]`, volumes)),
  ...(container.envFrom ?? []).flatMap((source, index) => validateEnvFrom(source, `${path}.envFrom[${index}]`)),
];
