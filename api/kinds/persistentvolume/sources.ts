/** Where a volume's bytes are: exactly one source. */
import type { FieldError } from '../../status.js';
import type { PersistentVolume } from '../../types.js';
import { complaints, forbiddenField, invalidValue, required } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateHostPath, validateNfs } from '../pod/validate-volumes.js';

type Spec = NonNullable<PersistentVolume['spec']>;
type Csi = NonNullable<Spec['csi']>;

/** Every source that a volume can have; the others of the spec's fields say how it is used. */
export const sourceNames = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'csi',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'glusterfs',
  'hostPath',
  'iscsi',
  'local',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
] as const satisfies readonly (keyof Spec)[];

/** 'csi.example.com' */
export function validateDriverName(name: string | undefined, field: string): FieldError[] {
  if (!name) return [required(field)];
  const errors: FieldError[] = [];
  if (name.length > 63) errors.push(invalidValue(field, name, 'must be no more than 63 characters'));
  return [...errors, ...complaints(field, name, dns1123Subdomain(name.toLowerCase()))];
}

const secrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
  'nodeStageSecretRef',
] as const;

function validateCsi(csi: Csi, path: string): FieldError[] {
  const errors = validateDriverName(csi.driver, `${path}.driver`);
  if (!csi.volumeHandle) errors.push(required(`${path}.volumeHandle`));
  for (const name of secrets) {
    const secret = csi[name];
    if (!secret) continue;
    if (!secret.name) errors.push(required(`${path}.${name}.name`));
    else errors.push(...complaints(`${path}.${name}.name`, secret.name, dns1123Subdomain(secret.name)));
    if (!secret.namespace) errors.push(required(`${path}.${name}.namespace`));
    else errors.push(...complaints(`${path}.${name}.namespace`, secret.namespace, dns1123Label(secret.namespace)));
  }
  return errors;
}

function validateLocal({ path: where }: NonNullable<Spec['local']>, spec: Spec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!where) errors.push(required(`${path}.path`));
  else if (where.split('/').includes('..')) errors.push(invalidValue(`${path}.path`, where, "must not contain '..'"));
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  return errors;
}

/** Sources without a check are stored as they are: whoever mounts them judges them. */
function validateSource(spec: Spec, name: (typeof sourceNames)[number]): FieldError[] {
  const path = `spec.${name}`;
  if (name === 'hostPath' && spec.hostPath) return validateHostPath(spec.hostPath, path);
  if (name === 'nfs' && spec.nfs) return validateNfs(spec.nfs, path);
  if (name === 'local' && spec.local) return validateLocal(spec.local, spec, path);
  if (name === 'csi' && spec.csi) return validateCsi(spec.csi, path);
  return [];
}

export function validateVolumeSource(spec: Spec): FieldError[] {
  const [first, ...others] = sourceNames.filter(name => spec[name] !== undefined && spec[name] !== null);
  if (!first) return [required('spec', 'must specify a volume type')];
  return [
    ...validateSource(spec, first),
    ...others.map(name => forbiddenField(`spec.${name}`, 'may not specify more than 1 volume type')),
  ];
}
