/**
 * Where objects stand in the store: Kubernetes' own keys, so that `etcdctl get --prefix /registry` shows what a student
 * expects, and Kubernetes' API server can be started on the same data.
 */
import type { KindRow } from '../../api/kinds/row.js';

export const registryPrefix = '/registry/';

/** Resources whose keys do not say their plural, for reasons of history. */
const special: Record<string, string> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  'ingresses.networking.k8s.io': 'ingress',
};

/**
 * Groups of Kubernetes' own that came as extensions of it: their keys have the group in them, as custom resources have.
 * The last stores nothing, and has pods and nodes of its own.
 */
const extensions = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io', 'metrics.k8s.io']);

const withoutGroup = ({ group, custom }: Pick<KindRow, 'group' | 'custom'>): boolean =>
  !custom && !extensions.has(group) && (group === '' || group.endsWith('.k8s.io') || !group.includes('.'));

function newPrefix(row: Pick<KindRow, 'group' | 'plural' | 'custom'>): string {
  const { group, plural } = row;
  if (!withoutGroup(row)) return `${registryPrefix}${group}/${plural}/`;
  return `${registryPrefix}${special[group === '' ? plural : `${plural}.${group}`] ?? plural}/`;
}

export interface Place {
  prefix: string;
  /** "namespace/name" or "name". */
  path: string;
}

export class KeySpace {
  readonly #known = new Set<string>();
  readonly #prefixes = new WeakMap<KindRow, string>();

  constructor(rows: readonly KindRow[]) {
    for (const row of rows) this.add(row);
  }

  add(row: KindRow): void {
    this.#known.add(this.prefixOf(row));
  }

  remove(row: KindRow): void {
    this.#known.delete(this.prefixOf(row));
  }

  /** '/registry/pods/'. All versions of a kind stand under one prefix. */
  prefixOf(row: KindRow): string {
    let prefix = this.#prefixes.get(row);
    if (prefix === undefined) {
      prefix = newPrefix(row.conversion?.storage ?? row);
      this.#prefixes.set(row, prefix);
    }
    return prefix;
  }

  keyOf(row: KindRow, namespace: string, name: string): string {
    return `${this.prefixOf(row)}${namespace === '' ? '' : `${namespace}/`}${name}`;
  }

  /** Undefined for keys of resources that are not served. */
  parse(key: string): Place | undefined {
    const first = key.indexOf('/', registryPrefix.length) + 1;
    if (first === 0) return undefined;
    for (const end of [first, key.indexOf('/', first) + 1]) {
      const prefix = key.slice(0, end);
      if (end > 0 && this.#known.has(prefix)) return { prefix, path: key.slice(end) };
    }
    return undefined;
  }
}
