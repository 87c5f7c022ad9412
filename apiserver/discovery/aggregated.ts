/** Aggregated discovery (apidiscovery.k8s.io): all groups of /api or /apis in one document, so that kubectl asks twice. */
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { groupsOf, type RemoteVersion, type Resource, resourcesOf, rowsOf } from './resources.js';

export type AggregatedVersion = 'v2' | 'v2beta1';

/** `root` is 'api' for the core group, 'apis' for the others. */
export function aggregatedDocument(
  rows: readonly KindRow[],
  root: 'api' | 'apis',
  as: AggregatedVersion,
  remote: readonly RemoteVersion[] = [],
): object {
  const groups = groupsOf(rows, remote).filter(({ group }) => (root === 'api') === (group === ''));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${as}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map(version => ({
        version,
        ...versionDiscovery(rows, group, version, remote),
      })),
    })),
  };
}

function versionDiscovery(
  rows: readonly KindRow[],
  group: string,
  version: string,
  remote: readonly RemoteVersion[],
): object {
  const other = remote.find(of => of.group === group && of.version === version);
  if (!other) return { resources: rowsOf(rows, group, version).map(resourceDiscovery), freshness: 'Current' };
  const resources = other.resources.map(resource => described({ group, version, ...resource }, resource));
  return { resources, freshness: resources.length > 0 ? 'Current' : 'Stale' };
}

/** What is said of a resource, whoever serves it. */
const described = (of: { group: string; version: string; kind: string; namespaced: boolean }, main: Resource) => ({
  resource: main.name,
  responseKind: kindOf(of, main),
  scope: of.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: main.singularName,
  verbs: main.verbs,
  ...(main.shortNames ? { shortNames: main.shortNames } : {}),
  ...(main.categories ? { categories: main.categories } : {}),
});

function resourceDiscovery(row: KindRow): object {
  const [main, ...subresources] = resourcesOf(row) as [Resource, ...Resource[]];
  return {
    ...described(row, main),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map(sub => ({
            subresource: sub.name.slice(main.name.length + 1),
            responseKind: kindOf(row, sub),
            verbs: sub.verbs,
          })),
        }
      : {}),
  };
}

/** An empty group or version means the resource's own. */
const kindOf = (
  row: { group: string; version: string },
  { group = row.group, version = row.version, kind }: Resource,
) =>
  apiVersionOf({ group, version }) === apiVersionOf(row) ? { group: '', version: '', kind } : { group, version, kind };
