import { posix } from 'node:path';
import { differences } from '../../differences.js';
import { clone, semanticEqual } from '../../json.js';
import { canonical, tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { PersistentVolume } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1123Subdomain } from '../../validation/strings.js';
import { ageColumn, nameColumn, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { validateNodeSelector } from '../pod/validate-scheduling.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { isPositive } from '../workload/resource-names.js';
import { accessModesText, validateAccessModes, volumeModes } from './access-modes.js';
import { sourceNames, validateVolumeSource } from './sources.js';

type Spec = NonNullable<PersistentVolume['spec']>;

/** Where the class stood before it had a field. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const policies = ['Delete', 'Recycle', 'Retain'];

function defaults(volume: PersistentVolume): void {
  volume.spec ??= {};
  volume.status ??= {};
  const { spec, status } = volume;
  if (!status.phase) status.phase = 'Pending';
  if (!spec.persistentVolumeReclaimPolicy) spec.persistentVolumeReclaimPolicy = 'Retain';
  if (!spec.volumeMode) spec.volumeMode = 'Filesystem';
  if (spec.hostPath) spec.hostPath.type ??= '';
  if (spec.iscsi && !spec.iscsi.iscsiInterface) spec.iscsi.iscsiInterface = 'default';
}

function validateCapacity(capacity: Spec['capacity']): FieldError[] {
  const names = Object.keys(capacity ?? {});
  const errors: FieldError[] = [];
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (!capacity?.storage || names.length > 1) errors.push(notSupported('spec.capacity', capacity ?? null, ['storage']));
  for (const name of names) {
    if (isPositive(tryParse(capacity?.[name]))) continue;
    errors.push(invalidValue(`spec.capacity[${name}]`, capacity?.[name], 'must be greater than zero'));
  }
  return errors;
}

function validateAffinity(affinity: Spec['nodeAffinity']): FieldError[] {
  if (!affinity) return [];
  if (!affinity.required) return [required('spec.nodeAffinity.required', 'must specify required node constraints')];
  return validateNodeSelector(affinity.required, 'spec.nodeAffinity.required');
}

function validate(volume: PersistentVolume): FieldError[] {
  const spec = volume.spec ?? {};
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  const errors: FieldError[] = [];
  if (!spec.accessModes?.length) errors.push(required('spec.accessModes'));
  errors.push(...validateAccessModes(spec.accessModes ?? [], 'spec.accessModes'), ...validateCapacity(spec.capacity));
  if (policy !== '' && !policies.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, policies));
  }
  errors.push(...validateAffinity(spec.nodeAffinity), ...validateVolumeSource(spec));
  if (spec.hostPath && posix.normalize(spec.hostPath.path ?? '') === '/' && policy === 'Recycle') {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbiddenField('spec.persistentVolumeReclaimPolicy', why));
  }
  for (const name of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const value = spec[name];
    if (value) errors.push(...complaints(`spec.${name}`, value, dns1123Subdomain(value)));
  }
  if (spec.volumeAttributesClassName === '') {
    errors.push(required('spec.volumeAttributesClassName', 'an empty string is disallowed'));
  }
  if (spec.volumeMode && !volumeModes.includes(spec.volumeMode)) {
    errors.push(notSupported('spec.volumeMode', spec.volumeMode, volumeModes));
  }
  return errors;
}

const sourceOf = (spec: Spec): object =>
  clone(Object.fromEntries(sourceNames.map(name => [name, spec[name]]))) as object;

/** What holds the bytes stays; a secret with which to grow may be added. */
function validateUpdate(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const [spec, before] = [volume.spec ?? {}, old.spec ?? {}];
  const now = clone(spec);
  if (now.csi && before.csi && !before.csi.controllerExpandSecretRef) delete now.csi.controllerExpandSecretRef;
  const errors: FieldError[] = [];
  const changed = differences(sourceOf(now), sourceOf(before), 'spec');
  if (changed.length > 0) {
    const why = `spec.persistentvolumesource is immutable after creation\nchanged: ${changed.join(', ')}\n`;
    errors.push(forbiddenField('spec.persistentvolumesource', why));
  }
  if (spec.volumeMode !== before.volumeMode) {
    errors.push(invalidValue('volumeMode', spec.volumeMode, 'field is immutable'));
  }
  if (before.nodeAffinity && !semanticEqual(spec.nodeAffinity, before.nodeAffinity)) {
    errors.push(invalidValue('nodeAffinity', spec.nodeAffinity ?? null, 'field is immutable'));
  }
  return errors;
}

const claimOf = ({ spec }: PersistentVolume): string =>
  spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '';

/** The class of a volume or a claim, in its field or in the older annotation. */
export const storageClassOf = (object: {
  metadata: PersistentVolume['metadata'];
  spec?: { storageClassName?: string };
}): string => object.metadata.annotations?.[classAnnotation] ?? object.spec?.storageClassName ?? '';

export const persistentVolumeRow = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  subresources: ['status'],
  model: 'V1PersistentVolume',
  columns: [
    nameColumn,
    text('Capacity', volume => canonical(volume.spec?.capacity?.storage ?? '0')),
    text('Access Modes', volume => accessModesText(volume.spec?.accessModes)),
    text('Reclaim Policy', volume => volume.spec?.persistentVolumeReclaimPolicy ?? ''),
    text('Status', volume => (volume.metadata.deletionTimestamp ? 'Terminating' : (volume.status?.phase ?? ''))),
    text('Claim', claimOf),
    text('StorageClass', storageClassOf),
    text('VolumeAttributesClass', volume => volume.spec?.volumeAttributesClassName ?? unset),
    text('Reason', volume => volume.status?.reason ?? ''),
    ageColumn,
    text('VolumeMode', volume => volume.spec?.volumeMode ?? unset, 'wide'),
  ],
  fields: volume => ({ name: volume.metadata.name ?? '' }),
  defaults,
  prepareCreate(volume) {
    const { creationTimestamp } = volume.metadata;
    volume.status = { phase: 'Pending', ...(creationTimestamp ? { lastPhaseTransitionTime: creationTimestamp } : {}) };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
  validateUpdate,
});
