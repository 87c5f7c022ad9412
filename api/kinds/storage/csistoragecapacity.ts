import { semanticEqual } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import { parse, QuantityError } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { CSIStorageCapacity } from '../../types.js';
import { complaints, immutable, invalidValue } from '../../validation/errors.js';
import { dns1123Subdomain, nonNegative } from '../../validation/strings.js';
import { nameColumn, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { storageGroup } from './parameters.js';

function validateAmount(amount: string | undefined | null, field: string): FieldError[] {
  if (amount == null) return [];
  try {
    return parse(amount).nanos < 0n ? [invalidValue(field, amount, nonNegative)] : [];
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return [invalidValue(field, amount, error.message)];
  }
}

const validate = (capacity: CSIStorageCapacity): FieldError[] => [
  ...validateLabelSelector(capacity.nodeTopology, 'nodeTopology'),
  ...complaints('storageClassName', capacity.storageClassName ?? '', dns1123Subdomain(capacity.storageClassName ?? '')),
  ...validateAmount(capacity.capacity, 'capacity'),
  ...validateAmount(capacity.maximumVolumeSize, 'maximumVolumeSize'),
];

/** What the driver was asked stays; what it answered may change. */
const validateUpdate = (capacity: CSIStorageCapacity, old: CSIStorageCapacity): FieldError[] =>
  (['nodeTopology', 'storageClassName'] as const)
    .filter(field => !semanticEqual(capacity[field], old[field]))
    .map(field => immutable(field, capacity[field]));

export const csiStorageCapacityRow = defineKind<CSIStorageCapacity>({
  group: storageGroup,
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  model: 'V1CSIStorageCapacity',
  columns: [
    nameColumn,
    text('StorageClassName', capacity => capacity.storageClassName ?? ''),
    text('Capacity', capacity => capacity.capacity ?? unset),
  ],
  validate,
  validateUpdate,
});
