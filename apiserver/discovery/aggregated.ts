/** Aggregated discovery (apidiscovery.k8s.io): all groups of /api or /apis in one document, so that kubectl asks twice. */
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { groupsOf, type Resource, resourcesOf, rowsOf } from './resources.js';

export type AggregatedVersion = 'v2' | 'v2beta1';

/** `root` is 'api' for the core group, 'apis' for the others. */
export function aggregatedDocument(rows: readonly KindRow[], root: 'api' | 'apis', as: AggregatedVersion): object {
  const groups = groupsOf(rows).filter(({ group }) => (root === 'api') === (group === ''));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${as}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map(version => ({
        version,
        resources: rowsOf(rows, group, version).map(resourceDiscovery),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceDiscovery(row: KindRow): object {
  const [main, ...subresources] = resourcesOf(row) as [Resource, ...Resource[]];
  return {
    resource: main.name,
    responseKind: kindOf(row, main),
    scope: row.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: main.singularName,
    verbs: main.verbs,
    ...(main.shortNames ? { shortNames: main.shortNames } : {}),
    ...(main.categories ? { categories: main.categories } : {}),
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
const kindOf = (row: KindRow, { group = row.group, version = row.version, kind }: Resource) =>
  apiVersionOf({ group, version }) === apiVersionOf(row) ? { group: '', version: '', kind } : { group, version, kind };
