import { semanticEqual } from '../json.js';
import type { FieldError } from '../status.js';
import type { ConfigMap } from '../types.js';
import { complaints, forbiddenField, invalidValue, tooLong } from '../validation/errors.js';
import { configMapKey } from '../validation/strings.js';
import { ageColumn, count, nameColumn } from './columns.js';
import { defineKind } from './define.js';

/** What a ConfigMap's or a Secret's values may take together, in bytes. */
export const mostDataBytes = 1024 * 1024;

/** What base64 text decodes to, in bytes. */
export const decodedLength = (base64: string): number => Buffer.byteLength(base64, 'base64');

/** Once `immutable` is true it stays so, and the data with it. */
export function validateImmutable<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  dataFields: readonly (keyof T & string)[],
): FieldError[] {
  if (old.immutable !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? [] : [forbiddenField('immutable', why)]),
    ...dataFields.filter(name => !semanticEqual(object[name], old[name])).map(name => forbiddenField(name, why)),
  ];
}

function validate(configMap: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  const { data = {}, binaryData = {} } = configMap;
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...complaints(`data[${key}]`, key, configMapKey(key)));
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...complaints(`binaryData[${key}]`, key, configMapKey(key)));
    size += decodedLength(value);
  }
  // An empty path, as Kubernetes has it: the whole object is too long.
  if (size > mostDataBytes) errors.push(tooLong('', mostDataBytes));
  return errors;
}

export const configMapRow = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  model: 'V1ConfigMap',
  columns: [
    nameColumn,
    count('Data', map => Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length),
    ageColumn,
  ],
  validate,
  validateUpdate: (configMap, old) => validateImmutable(configMap, old, ['data', 'binaryData']),
});
