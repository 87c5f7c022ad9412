/** Kinds that hold data, and those that stand for someone or somewhere. */
import type { ConfigMap, Secret, ServiceAccount } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import type { Item } from './text.js';

const sizeOf = (base64: string): string => `${Buffer.from(base64, 'base64').length} bytes`;

const sortedEntries = (map: Readonly<Record<string, string>> | undefined): [string, string][] =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

/** Tabs in the data are shown as spaces: they would be cells of the description. */
const dataLines = (value: string): string[] => value.replaceAll('\t', '    ').split('\n');

export const describeConfigMap = (map: ConfigMap): Item[] => [
  ...named(map),
  ...labelled(map),
  '',
  'Data',
  '====',
  ...sortedEntries(map.data).flatMap(([key, value]) => [`${key}:`, '----', ...dataLines(value), '']),
  '',
  'BinaryData',
  '====',
  ...sortedEntries(map.binaryData).map(([key, value]) => `${key}: ${sizeOf(value)}`),
  '',
];

/** Sizes only: a description may be shown to others. */
export const describeSecret = (secret: Secret): Item[] => [
  ...named(secret),
  ...labelled(secret),
  '',
  ['Type', secret.type ?? ''],
  '',
  'Data',
  '====',
  ...sortedEntries(secret.data).map(([key, value]): Item => [key, sizeOf(value)]),
];

export const describeServiceAccount = (account: ServiceAccount): Item[] => [
  ...named(account),
  ...labelled(account),
  ['Image pull secrets', orNoneOf((account.imagePullSecrets ?? []).map(({ name = '' }) => name))],
];

const orNoneOf = (list: readonly string[]): string | string[] => (list.length > 0 ? [...list] : '<none>');
