import { fill, put } from '../json.js';
import type { FieldError } from '../status.js';
import type { Secret } from '../types.js';
import { complaints, invalidValue, required, tooLong } from '../validation/errors.js';
import { configMapKey } from '../validation/strings.js';
import { ageColumn, count, nameColumn, text } from './columns.js';
import { decodedLength, mostDataBytes, validateImmutable } from './configmap.js';
import { defineKind } from './define.js';

const serviceAccountName = 'kubernetes.io/service-account.name';

/** Keys that a type of secret must hold: each inner list is a choice. */
const keysOfType: Record<string, readonly (readonly string[])[]> = {
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
};

const dockerConfigKey: Record<string, string> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

/** stringData is write-only: it lands in data, and is never stored. */
function takeStringData(secret: Secret): void {
  for (const [key, value] of Object.entries(secret.stringData ?? {})) {
    secret.data ??= {};
    put(secret.data, key, Buffer.from(value).toString('base64'));
  }
  delete secret.stringData;
}

function validateDockerConfig(type: string, data: Record<string, string>): FieldError[] {
  const key = dockerConfigKey[type];
  const value = key === undefined ? undefined : data[key];
  if (value === undefined) return [];
  try {
    JSON.parse(Buffer.from(value, 'base64').toString());
    return [];
  } catch {
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'the value is not JSON')];
  }
}

function validateType(secret: Secret): FieldError[] {
  const type = secret.type ?? '';
  const data = secret.data ?? {};
  if (type === 'kubernetes.io/service-account-token' && !secret.metadata.annotations?.[serviceAccountName]) {
    return [required(`metadata.annotations[${serviceAccountName}]`)];
  }
  const missing = (keysOfType[type] ?? []).filter(choice => !choice.some(key => Object.hasOwn(data, key)));
  const errors = missing.flatMap(choice => choice.map(key => required(`data[${key}]`)));
  return [...errors, ...validateDockerConfig(type, data)];
}

function validate(secret: Secret): FieldError[] {
  const entries = Object.entries(secret.data ?? {});
  const errors = entries.flatMap(([key]) => complaints(`data[${key}]`, key, configMapKey(key)));
  const size = entries.reduce((sum, [, value]) => sum + decodedLength(value), 0);
  if (size > mostDataBytes) errors.push(tooLong('data', mostDataBytes));
  return [...errors, ...validateType(secret)];
}

export const secretRow = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  model: 'V1Secret',
  columns: [
    nameColumn,
    text('Type', secret => secret.type ?? ''),
    count('Data', secret => Object.keys(secret.data ?? {}).length),
    ageColumn,
  ],
  fields: secret => ({ type: secret.type ?? '' }),
  defaults(secret) {
    takeStringData(secret);
    if (!secret.type) secret.type = 'Opaque';
  },
  /** A patch that says nothing of the type keeps it. */
  prepareUpdate: (secret, old) => fill(secret, 'type', old.type ?? 'Opaque'),
  validate,
  validateUpdate: (secret, old) => [
    ...(secret.type === old.type ? [] : [invalidValue('type', secret.type, 'field is immutable')]),
    ...validateImmutable(secret, old, ['data']),
  ],
});
