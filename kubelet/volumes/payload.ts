/** The files of a configMap, secret, downwardAPI or projected volume. */
import { posix } from 'node:path';
import type { ConfigMap, Pod, Secret, Volume } from '../../api/types.js';
import { fieldValue, type PodFacts, resourceValue } from '../pods/config/fields.js';
import type { PodObjects } from './objects.js';
import type { TokenWish } from './tokens.js';

export interface PayloadFile {
  path: string;
  content: Buffer;
  mode: number;
  /** The user that owns the file; absent: root. */
  owner?: number;
}

export interface PayloadSources extends PodObjects {
  token(wish: TokenWish): Promise<string>;
  facts: PodFacts;
}

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
type Item = { key: string; path: string; mode?: number };

const defaultMode = 0o644;
const tokenSeconds = 3600;

/** The kinds of volume that have a payload; undefined for the others. Throws with Kubernetes' wording. */
export async function payloadOf(volume: Volume, pod: Pod, sources: PayloadSources): Promise<PayloadFile[] | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const parts: Projection[] | undefined = configMap
    ? [{ configMap }]
    : secret
      ? [{ secret: { ...secret, ...(secret.secretName === undefined ? {} : { name: secret.secretName }) } }]
      : downwardAPI
        ? [{ downwardAPI }]
        : projected?.sources;
  if (!parts) return undefined;
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? defaultMode;
  const files = await Promise.all(parts.map(part => projectionFiles(part, mode, pod, sources)));
  // Of two sources with the same path the later one counts.
  return [...new Map(files.flat().map(file => [file.path, file])).values()];
}

async function projectionFiles(
  part: Projection,
  mode: number,
  pod: Pod,
  sources: PayloadSources,
): Promise<PayloadFile[]> {
  if (part.configMap) {
    const { name = '', items, optional } = part.configMap;
    const data = configMapBytes(await sources.configMap(name));
    return keyFiles('configmap', name, data, items, optional, mode);
  }
  if (part.secret) {
    const { name = '', items, optional } = part.secret;
    const data = secretBytes(await sources.secret(name));
    return keyFiles('secret', name, data, items, optional, mode);
  }
  if (part.downwardAPI) return downwardFiles(part.downwardAPI, mode, pod, sources.facts);
  if (part.serviceAccountToken) {
    const { audience, expirationSeconds = tokenSeconds, path } = part.serviceAccountToken;
    const token = await sources.token({ expirationSeconds, ...(audience ? { audience } : {}) });
    return [{ path: safePath(path), content: Buffer.from(token), ...tokenAccess(pod, mode) }];
  }
  throw new Error(`projected source ${Object.keys(part).join(', ')} is not supported by this kubelet`);
}

/** A token is only for those whom the pod says it runs as; where it says nothing, for any user of it. */
function tokenAccess({ spec }: Pod, mode: number): Pick<PayloadFile, 'mode' | 'owner'> {
  const users = new Set(
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(
      ({ securityContext }) => securityContext?.runAsUser ?? spec?.securityContext?.runAsUser,
    ),
  );
  const owner = users.size === 1 ? [...users][0] : undefined;
  if (owner !== undefined) return { mode: 0o600, owner };
  return { mode: spec?.securityContext?.fsGroup === undefined ? mode : 0o600 };
}

function keyFiles(
  kind: 'configmap' | 'secret',
  name: string,
  data: Map<string, Buffer> | undefined,
  items: readonly Item[] | undefined,
  optional: boolean | undefined,
  mode: number,
): PayloadFile[] {
  if (!data) {
    if (optional) return [];
    throw new Error(`${kind} "${name}" not found`);
  }
  if (!items || items.length === 0)
    return [...data].map(([path, content]) => ({ path: safePath(path), content, mode }));
  return items.flatMap(item => {
    const content = data.get(item.key);
    if (content) return [{ path: safePath(item.path), content, mode: item.mode ?? mode }];
    if (optional) return [];
    throw new Error(
      `${kind === 'configmap' ? 'configmap' : 'secret'} references non-existent ${kind === 'configmap' ? 'config' : 'secret'} key: ${item.key}`,
    );
  });
}

function downwardFiles(
  { items }: NonNullable<Projection['downwardAPI']>,
  mode: number,
  pod: Pod,
  facts: PodFacts,
): PayloadFile[] {
  return (items ?? []).map(item => {
    const content = item.fieldRef
      ? fieldValue(pod, item.fieldRef.fieldPath, facts)
      : downwardResource(pod, item.resourceFieldRef, facts);
    return { path: safePath(item.path), content: Buffer.from(content), mode: item.mode ?? mode };
  });
}

function downwardResource(
  pod: Pod,
  ref: { containerName?: string; resource: string; divisor?: string } | undefined,
  facts: PodFacts,
): string {
  const container = (pod.spec?.containers ?? []).find(c => c.name === ref?.containerName);
  if (!ref || !container) throw new Error(`downwardAPI: container ${ref?.containerName} not found`);
  return resourceValue(container, ref.resource, ref.divisor, facts);
}

/** A path inside the volume; the API server refuses others, and this is the second lock on that door. */
function safePath(path: string): string {
  const clean = posix.normalize(path);
  if (posix.isAbsolute(clean) || clean === '.' || clean.split('/').includes('..') || clean.startsWith('..'))
    throw new Error(`invalid path ${JSON.stringify(path)}: it must stay inside the volume`);
  return clean;
}

const configMapBytes = (map: ConfigMap | undefined): Map<string, Buffer> | undefined =>
  map &&
  new Map([
    ...Object.entries(map.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]),
    ...base64Entries(map.binaryData),
  ]);

const secretBytes = (secret: Secret | undefined): Map<string, Buffer> | undefined =>
  secret && new Map(base64Entries(secret.data));

const base64Entries = (data: Record<string, string> | undefined): [string, Buffer][] =>
  Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
