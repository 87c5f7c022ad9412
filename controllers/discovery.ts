/** What a server serves, read from its discovery documents: for the loops that work on every kind. */
import type { Client, Resource } from '../client/client.js';

export interface Discovered extends Resource {
  verbs: readonly string[];
}

export interface Discovery {
  /** One version of each kind: the one that its group prefers. Subresources are not among them. */
  resources: Discovered[];
  /** What could not be read ('metrics.k8s.io/v1beta1: ...'). As long as there is any, `resources` may lack kinds. */
  failures: string[];
}

interface GroupList {
  groups: { name: string; preferredVersion: { version: string }; versions: { version: string }[] }[];
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

/** Throws when the list of groups itself cannot be read. */
export async function discover(client: Pick<Client, 'raw'>, signal?: AbortSignal): Promise<Discovery> {
  const read = async <T>(path: string): Promise<T> => {
    const { body } = await client.raw(path, { accept: 'application/json', ...(signal ? { signal } : {}) });
    return JSON.parse(body.toString('utf8')) as T;
  };
  const { groups } = await read<GroupList>('/apis');
  const versions = groups.flatMap(group => {
    const others = group.versions.map(({ version }) => version).filter(v => v !== group.preferredVersion.version);
    return [group.preferredVersion.version, ...others].map(version => ({ group: group.name, version }));
  });
  const all = [{ group: '', version: 'v1' }, ...versions];
  const pathOf = (of: { group: string; version: string }): string =>
    of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`;
  const lists = await Promise.allSettled(all.map(of => read<ResourceList>(pathOf(of))));

  const found = new Map<string, Discovered>();
  const failures: string[] = [];
  lists.forEach((list, i) => {
    const { group, version } = all[i] ?? { group: '', version: '' };
    if (list.status === 'rejected') {
      failures.push(`${group === '' ? version : `${group}/${version}`}: ${messageOf(list.reason)}`);
      return;
    }
    for (const { name, kind, namespaced, verbs } of list.value.resources) {
      const key = `${group}/${name}`;
      if (!name.includes('/') && !found.has(key))
        found.set(key, { group, version, plural: name, kind, namespaced, verbs });
    }
  });
  return { resources: [...found.values()], failures };
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/**
 * Whether all is served that a controller looks at, in whatever version. An older server may lack kinds (1.20 has no
 * ServiceCIDRs), and then also has no need of the loop. What could not be discovered may be there.
 */
export const isServable = (
  { sources }: { sources: readonly { resource: Resource }[] },
  { resources, failures }: Discovery,
): boolean =>
  failures.length > 0 ||
  sources.every(({ resource: { group, plural } }) =>
    resources.some(served => served.group === group && served.plural === plural),
  );
