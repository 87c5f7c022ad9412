/** What discovery says of a row: the resource, and each of its subresources with the kind and the verbs it has. */
import { createHash } from 'node:crypto';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { groupPriorityOf } from './priority.js';

export interface Resource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
}

interface SubresourceKind {
  /** Absent: the kind of the resource itself. */
  kind?: string;
  /** Of the kind; absent: those of the resource. */
  group?: string;
  version?: string;
  verbs: readonly string[];
}

const readWrite = ['get', 'patch', 'update'];
const connect = ['create', 'get'];

const subresources: Readonly<Record<string, SubresourceKind>> = {
  status: { verbs: readWrite },
  approval: { verbs: readWrite },
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: readWrite },
  binding: { kind: 'Binding', verbs: ['create'] },
  log: { verbs: ['get'] },
  exec: { kind: 'PodExecOptions', verbs: connect },
  attach: { kind: 'PodAttachOptions', verbs: connect },
  portforward: { kind: 'PodPortForwardOptions', verbs: connect },
  proxy: { verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  ephemeralcontainers: { verbs: readWrite },
  resize: { verbs: readWrite },
  finalize: { verbs: ['update'] },
};

/** Resource and subresources, in the order of their names. */
export function resourcesOf(row: KindRow): Resource[] {
  const main: Resource = {
    name: row.plural,
    singularName: row.singular,
    namespaced: row.namespaced,
    kind: row.kind,
    verbs: row.verbs,
    ...(row.shortNames.length > 0 ? { shortNames: row.shortNames } : {}),
    ...(row.categories.length > 0 ? { categories: row.categories } : {}),
    // What can be watched is stored; reviews and bindings are not.
    ...(row.verbs.includes('watch') ? { storageVersionHash: storageVersionHash(row) } : {}),
  };
  const names = [...row.subresources].sort();
  return [main, ...names.map(name => subresource(row, name))];
}

/** Names the version in which a kind's objects are stored: what migrates them finds out by it that it has changed. */
function storageVersionHash({ group, version, kind, conversion }: KindRow): string {
  const storage = conversion?.storage ?? { group, version };
  const name = [storage.group, storage.version, kind].join('/');
  return createHash('sha256').update(name).digest().subarray(0, 8).toString('base64');
}

function subresource(row: KindRow, name: string): Resource {
  const known = subresources[name];
  if (!known) throw new TypeError(`discovery does not know the subresource ${row.plural}/${name}`);
  const { verbs, group, version } = known;
  const kind = name === 'proxy' ? `${row.kind}ProxyOptions` : (known.kind ?? row.kind);
  return {
    name: `${row.plural}/${name}`,
    singularName: '',
    namespaced: row.namespaced,
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
    kind,
    verbs,
  };
}

/** A version that another API server serves: what its own discovery said of it, when it was last asked. */
export interface RemoteVersion {
  group: string;
  version: string;
  /** groupPriorityMinimum of its APIService. */
  groupPriority: number;
  resources: readonly Resource[];
}

type Named = Pick<KindRow, 'group' | 'version' | 'custom'>;

/** The groups with their versions: core first, then Kubernetes' own in its order, then all others. */
export function groupsOf(
  rows: readonly Named[],
  remote: readonly RemoteVersion[] = [],
): { group: string; versions: string[] }[] {
  const groups = new Map<string, { priority: number; versions: Set<string> }>();
  const add = (group: string, version: string, priority: number): void => {
    const known = groups.get(group) ?? { priority: 0, versions: new Set<string>() };
    known.priority = Math.max(known.priority, priority);
    groups.set(group, { ...known, versions: known.versions.add(version) });
  };
  for (const row of rows) add(row.group, row.version, groupPriorityOf(row));
  for (const { group, version, groupPriority } of remote) add(group, version, groupPriority);
  const rank = (group: string, priority: number): number => (group === '' ? Number.POSITIVE_INFINITY : priority);
  return [...groups]
    .sort(([a, x], [b, y]) => rank(b, y.priority) - rank(a, x.priority) || (a < b ? -1 : 1))
    .map(([group, { versions }]) => ({ group, versions: [...versions].sort(byPriority) }));
}

/** Stable versions before beta before alpha, later ones first: v2, v1, v1beta1, v1alpha1. */
export function byPriority(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return (y[i] as number) - (x[i] as number);
  return a < b ? -1 : a > b ? 1 : 0;
}

function parts(version: string): number[] {
  const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!found) return [-1, 0, 0];
  const stage = found[2] === undefined ? 2 : found[2] === 'beta' ? 1 : 0;
  return [stage, Number(found[1]), Number(found[3] ?? 0)];
}

export const rowsOf = (rows: readonly KindRow[], group: string, version: string): KindRow[] =>
  rows.filter(row => row.group === group && row.version === version).sort((a, b) => (a.plural < b.plural ? -1 : 1));

export const groupVersion = (group: string, version: string): string => apiVersionOf({ group, version });
