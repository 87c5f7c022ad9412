/** What kinds a server has: aggregated discovery where it is spoken (one request), the older documents elsewhere. */
import type { AnyObject } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';

/** Objects of these kinds have fields that are known only at run time. */
export interface ServerResource extends Resource<AnyObject> {
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly string[];
}

interface AggregatedResource {
  resource: string;
  responseKind?: { kind?: string };
  scope: string;
  singularResource?: string;
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
  subresources?: { subresource: string }[];
}

interface Aggregated {
  kind?: string;
  items?: { metadata?: { name?: string }; versions?: { version: string; resources?: AggregatedResource[] }[] }[];
}

interface LegacyResource {
  name: string;
  singularName?: string;
  namespaced: boolean;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
}

const aggregatedAccept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Core first, then the groups in the server's order; of each group every version, the preferred one first. */
export async function discover(client: Pick<Client, 'raw'>): Promise<ServerResource[]> {
  const [core, named] = await Promise.all(['/api', '/apis'].map(path => document(client, path)));
  if (isAggregated(core) && isAggregated(named)) return [...fromAggregated(core), ...fromAggregated(named)];
  return legacy(client, core, named);
}

async function document(client: Pick<Client, 'raw'>, path: string): Promise<unknown> {
  const { body } = await client.raw(path, { accept: aggregatedAccept });
  return JSON.parse(body.toString());
}

const isAggregated = (document: unknown): document is Aggregated =>
  (document as Aggregated | undefined)?.kind === 'APIGroupDiscoveryList';

function fromAggregated(list: Aggregated): ServerResource[] {
  return (list.items ?? []).flatMap(group =>
    (group.versions ?? []).flatMap(({ version, resources = [] }) =>
      resources.map(resource => ({
        group: group.metadata?.name ?? '',
        version,
        plural: resource.resource,
        kind: resource.responseKind?.kind ?? '',
        namespaced: resource.scope === 'Namespaced',
        singular: resource.singularResource || (resource.responseKind?.kind ?? '').toLowerCase(),
        shortNames: resource.shortNames ?? [],
        categories: resource.categories ?? [],
        verbs: resource.verbs,
        subresources: (resource.subresources ?? []).map(sub => sub.subresource),
      })),
    ),
  );
}

async function legacy(client: Pick<Client, 'raw'>, core: unknown, named: unknown): Promise<ServerResource[]> {
  const coreVersions = ((core as { versions?: string[] }).versions ?? []).map(version => ({ group: '', version }));
  const groups = (named as { groups?: { name: string; versions: { version: string }[] }[] }).groups ?? [];
  const all = [...coreVersions, ...groups.flatMap(g => g.versions.map(({ version }) => ({ group: g.name, version })))];
  const found = await Promise.all(
    all.map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { resources = [] } = (await document(client, path)) as { resources?: LegacyResource[] };
      return fromLegacy(group, version, resources);
    }),
  );
  return found.flat();
}

function fromLegacy(group: string, version: string, list: readonly LegacyResource[]): ServerResource[] {
  return list
    .filter(resource => !resource.name.includes('/'))
    .map(resource => ({
      group,
      version,
      plural: resource.name,
      kind: resource.kind,
      namespaced: resource.namespaced,
      singular: resource.singularName || resource.kind.toLowerCase(),
      shortNames: resource.shortNames ?? [],
      categories: resource.categories ?? [],
      verbs: resource.verbs,
      subresources: list
        .filter(other => other.name.startsWith(`${resource.name}/`))
        .map(other => other.name.slice(resource.name.length + 1)),
    }));
}
