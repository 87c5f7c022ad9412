import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { StorageClass } from '../../types.js';
import { forbiddenField, immutable, notSupported, required } from '../../validation/errors.js';
import { ageColumn, flag, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { storageGroup, validateDriver, validateParameters } from './parameters.js';
import { validateTopologies } from './topology.js';

/** The class of claims that name none carries it, with the value 'true'; the second is how it was spelled once. */
const defaultClassAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const isDefaultClass = ({ metadata }: Pick<StorageClass, 'metadata'>): boolean =>
  defaultClassAnnotations.some(name => metadata.annotations?.[name] === 'true');

function validate(storageClass: StorageClass): FieldError[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode: mode, allowedTopologies } = storageClass;
  const errors = [...validateDriver(provisioner, 'provisioner'), ...validateParameters(parameters, 'parameters')];
  if (reclaimPolicy && !['Delete', 'Retain'].includes(reclaimPolicy)) {
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']));
  }
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (mode == null) errors.push(required('volumeBindingMode'));
  else if (!modes.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, modes));
  return [...errors, ...validateTopologies(allowedTopologies, 'allowedTopologies')];
}

/** Volumes of one class are made alike, whenever they are made. */
function validateUpdate(storageClass: StorageClass, old: StorageClass): FieldError[] {
  const errors = (['parameters', 'provisioner', 'reclaimPolicy'] as const)
    .filter(field => !semanticEqual(storageClass[field], old[field]))
    .map(field => forbiddenField(field, `updates to ${field} are forbidden.`));
  if (storageClass.volumeBindingMode !== old.volumeBindingMode) {
    errors.push(immutable('volumeBindingMode', storageClass.volumeBindingMode));
  }
  return errors;
}

export const storageClassRow = defineKind<StorageClass>({
  group: storageGroup,
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  model: 'V1StorageClass',
  columns: [
    { ...nameColumn, cell: object => `${object.metadata.name}${isDefaultClass(object) ? ' (default)' : ''}` },
    text('Provisioner', storageClass => storageClass.provisioner ?? ''),
    text('ReclaimPolicy', storageClass => storageClass.reclaimPolicy ?? 'Delete'),
    text('VolumeBindingMode', storageClass => storageClass.volumeBindingMode ?? 'Immediate'),
    // A string that holds a boolean, as in Kubernetes.
    { ...flag<StorageClass>('AllowVolumeExpansion', object => object.allowVolumeExpansion ?? false), type: 'string' },
    ageColumn,
  ],
  defaults(storageClass) {
    fill(storageClass, 'reclaimPolicy', 'Delete');
    fill(storageClass, 'volumeBindingMode', 'Immediate');
  },
  validate,
  validateUpdate,
});
