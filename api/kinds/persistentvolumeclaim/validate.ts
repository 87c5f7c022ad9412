/** What a claim asks for, in claims and in the templates of those that are made for a pod. */
import { validateLabelSelector } from '../../meta/labels.js';
import { tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { PersistentVolumeClaim } from '../../types.js';
import { complaints, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateAccessModes, volumeModes } from '../persistentvolume/access-modes.js';
import { isPositive } from '../workload/resource-names.js';

type Spec = NonNullable<PersistentVolumeClaim['spec']>;
type Source = NonNullable<Spec['dataSourceRef']>;

function validateSource(source: Source | undefined, path: string): FieldError[] {
  if (!source) return [];
  const errors: FieldError[] = [];
  if (!source.name) errors.push(required(`${path}.name`));
  if (!source.kind) errors.push(required(`${path}.kind`));
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') errors.push(invalidValue(path, source.kind, ''));
  if (group !== '') errors.push(...complaints(`${path}.apiGroup`, group, dns1123Subdomain(group)));
  if (source.namespace) {
    errors.push(...complaints(`${path}.namespace`, source.namespace, dns1123Label(source.namespace)));
  }
  return errors;
}

/** What copies say in two fields must be the same. */
function validateSources(spec: Spec, path: string): FieldError[] {
  const { dataSource, dataSourceRef } = spec;
  const errors = [
    ...validateSource(dataSource, `${path}.dataSource`),
    ...validateSource(dataSourceRef, `${path}.dataSourceRef`),
  ];
  if (!dataSource || !dataSourceRef) return errors;
  if (dataSourceRef.namespace) {
    const why = 'may not be specified when dataSourceRef.namespace is specified';
    return [...errors, invalidValue(path, `${path}.dataSource`, why)];
  }
  const { apiGroup = '', kind, name } = dataSource;
  const same =
    (dataSourceRef.apiGroup ?? '') === apiGroup && dataSourceRef.kind === kind && dataSourceRef.name === name;
  return same ? errors : [...errors, invalidValue(path, `${path}.dataSource`, 'must match dataSourceRef')];
}

/** In claims, and in the claims that a pod's ephemeral volumes are made from. */
export function validateClaimSpec(spec: Spec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.accessModes?.length) {
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  }
  errors.push(
    ...validateLabelSelector(spec.selector, `${path}.selector`),
    ...validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`),
  );
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else if (!isPositive(tryParse(storage))) {
    errors.push(invalidValue(`${path}.resources[storage]`, storage, 'must be greater than zero'));
  }
  for (const name of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const value = spec[name];
    if (value) errors.push(...complaints(`${path}.${name}`, value, dns1123Subdomain(value)));
  }
  if (spec.volumeMode && !volumeModes.includes(spec.volumeMode)) {
    errors.push(notSupported(`${path}.volumeMode`, spec.volumeMode, volumeModes));
  }
  return [...errors, ...validateSources(spec, path)];
}
