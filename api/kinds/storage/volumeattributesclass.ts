import { semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { VolumeAttributesClass } from '../../types.js';
import { forbiddenField, required } from '../../validation/errors.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { storageGroup, validateDriver, validateParameters } from './parameters.js';

function validate({ driverName, parameters }: VolumeAttributesClass): FieldError[] {
  const errors = validateDriver(driverName, 'driverName');
  if (Object.keys(parameters ?? {}).length === 0) {
    return [...errors, required('parameters', 'must contain at least one key/value pair')];
  }
  return [...errors, ...validateParameters(parameters, 'parameters')];
}

const validateUpdate = (attributes: VolumeAttributesClass, old: VolumeAttributesClass): FieldError[] =>
  (['driverName', 'parameters'] as const)
    .filter(field => !semanticEqual(attributes[field], old[field]))
    .map(field => forbiddenField(field, `updates to ${field} are forbidden.`));

export const volumeAttributesClassRow = defineKind<VolumeAttributesClass>({
  group: storageGroup,
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  model: 'V1VolumeAttributesClass',
  columns: [nameColumn, text('DriverName', attributes => attributes.driverName ?? ''), ageColumn],
  validate,
  validateUpdate,
});
