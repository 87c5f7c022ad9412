/** A pod's volumes: a name and exactly one source each. */
import { tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { Volume } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateClaimSpec } from '../persistentvolumeclaim/validate.js';
import { validateFilePath } from './inner-path.js';
import { validateFieldRef, validateResourceRef } from './validate-env.js';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function validateMode(mode: number | undefined, field: string): FieldError[] {
  if (mode === undefined || mode === null || (mode >= 0 && mode <= 0o777)) return [];
  return [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

type Items = { key: string; mode?: number; path: string }[] | undefined;

function validateItems(items: Items, path: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const field = `${path}.items[${index}]`;
    const errors: FieldError[] = [];
    if (!item.key) errors.push(required(`${field}.key`));
    if (!item.path) errors.push(required(`${field}.path`));
    else errors.push(...validateFilePath(item.path, `${field}.path`));
    return [...errors, ...validateMode(item.mode, `${field}.mode`)];
  });
}

type DownwardItems = NonNullable<Volume['downwardAPI']>['items'];

function validateDownward(items: DownwardItems, path: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const field = `${path}.items[${index}]`;
    const errors: FieldError[] = [];
    if (!item.path) errors.push(required(`${field}.path`));
    else errors.push(...validateFilePath(item.path, `${field}.path`));
    if (item.fieldRef) errors.push(...validateFieldRef(item.fieldRef, `${field}.fieldRef`, 'volume'));
    if (item.resourceFieldRef) {
      errors.push(...validateResourceRef(item.resourceFieldRef, `${field}.resourceFieldRef`));
      if (item.fieldRef) {
        errors.push(
          invalidValue(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
      }
    } else if (!item.fieldRef) {
      errors.push(required(`${field}.fieldRef`, 'one of fieldRef and resourceFieldRef is required'));
    }
    return [...errors, ...validateMode(item.mode, `${field}.mode`)];
  });
}

type Projected = NonNullable<Volume['projected']>;

function validateProjected(projected: Projected, path: string): FieldError[] {
  const errors = validateMode(projected.defaultMode, `${path}.defaultMode`);
  (projected.sources ?? []).forEach((source, index) => {
    const field = `${path}.sources[${index}]`;
    for (const name of ['configMap', 'secret'] as const) {
      const from = source[name];
      if (!from) continue;
      if (!from.name) errors.push(required(`${field}.${name}.name`));
      errors.push(...validateItems(from.items, `${field}.${name}`));
    }
    if (source.downwardAPI) errors.push(...validateDownward(source.downwardAPI.items, `${field}.downwardAPI`));
    const token = source.serviceAccountToken;
    if (!token) return;
    if (!token.path) errors.push(required(`${field}.serviceAccountToken.path`));
    if ((token.expirationSeconds ?? 3600) < 600) {
      const where = `${field}.serviceAccountToken.expirationSeconds`;
      errors.push(invalidValue(where, token.expirationSeconds, 'may not specify a duration less than 10 minutes'));
    }
  });
  return errors;
}

export function validateHostPath(source: NonNullable<Volume['hostPath']>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!source.path) errors.push(required(`${path}.path`));
  else if (source.path.split('/').includes('..')) {
    errors.push(invalidValue(`${path}.path`, source.path, "must not contain '..'"));
  }
  const type = source.type ?? '';
  if (!hostPathTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, hostPathTypes.slice(1)));
  return errors;
}

export function validateNfs(source: NonNullable<Volume['nfs']>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!source.server) errors.push(required(`${path}.server`));
  if (!source.path) errors.push(required(`${path}.path`));
  else if (!source.path.startsWith('/')) {
    errors.push(invalidValue(`${path}.path`, source.path, 'must be an absolute path'));
  }
  return errors;
}

/** Sources without an entry are stored as they are: whether a node can mount them is the kubelet's to say. */
const bySource: { [K in keyof Volume]?: (source: NonNullable<Volume[K]>, path: string) => FieldError[] } = {
  emptyDir: (source, path) =>
    (tryParse(source.sizeLimit)?.nanos ?? 0n) < 0n
      ? [forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: validateHostPath,
  nfs: validateNfs,
  csi: (source, path) => (source.driver ? [] : [required(`${path}.driver`)]),
  ephemeral: (source, path) =>
    source.volumeClaimTemplate
      ? validateClaimSpec(source.volumeClaimTemplate.spec ?? {}, `${path}.volumeClaimTemplate.spec`)
      : [required(`${path}.volumeClaimTemplate`)],
  image: (source, path) => [
    ...(source.reference ? [] : [required(`${path}.reference`)]),
    ...(source.pullPolicy === undefined || ['Always', 'IfNotPresent', 'Never'].includes(source.pullPolicy)
      ? []
      : [notSupported(`${path}.pullPolicy`, source.pullPolicy, ['Always', 'IfNotPresent', 'Never'])]),
  ],
  secret: (source, path) => [
    ...(source.secretName ? [] : [required(`${path}.secretName`)]),
    ...validateMode(source.defaultMode, `${path}.defaultMode`),
    ...validateItems(source.items, path),
  ],
  configMap: (source, path) => [
    ...(source.name ? [] : [required(`${path}.name`)]),
    ...validateMode(source.defaultMode, `${path}.defaultMode`),
    ...validateItems(source.items, path),
  ],
  downwardAPI: (source, path) => [
    ...validateMode(source.defaultMode, `${path}.defaultMode`),
    ...validateDownward(source.items, path),
  ],
  projected: validateProjected,
  persistentVolumeClaim: (source, path) =>
    source.claimName
      ? complaints(`${path}.claimName`, source.claimName, dns1123Subdomain(source.claimName))
      : [required(`${path}.claimName`)],
};

function validateSources(volume: Volume, path: string): FieldError[] {
  const names = Object.keys(volume).filter(
    name => name !== 'name' && volume[name as keyof Volume] !== null && volume[name as keyof Volume] !== undefined,
  ) as (keyof Volume)[];
  const [first, ...others] = names;
  if (!first) return [required(path, 'must specify a volume type')];
  const check = bySource[first] as ((source: unknown, path: string) => FieldError[]) | undefined;
  return [
    ...(check?.(volume[first], `${path}.${first}`) ?? []),
    ...others.map(name => forbiddenField(`${path}.${name}`, 'may not specify more than 1 volume type')),
  ];
}

export function validateVolumes(volumes: readonly Volume[], path: string): FieldError[] {
  const seen = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const field = `${path}[${index}]`;
    const errors = validateSources(volume, field);
    if (!volume.name) return [...errors, required(`${field}.name`)];
    errors.push(...complaints(`${field}.name`, volume.name, dns1123Label(volume.name)));
    if (seen.has(volume.name)) errors.push(duplicate(`${field}.name`, volume.name));
    seen.add(volume.name);
    return errors;
  });
}
