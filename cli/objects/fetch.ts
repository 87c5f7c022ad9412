/** Reading whatever kind, in whatever representation: objects, or the server's Table of them. */
import { apiVersionOf } from '../../api/kinds/row.js';
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { RestClient } from '../../client/rest/connect.js';
import { collectionPath, objectPath, query } from '../../client/rest/path.js';
import type { Table } from '../output/table.js';
import type { Target } from './resolve.js';

export interface Filter {
  /** undefined: all namespaces. */
  namespace: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
}

/** How many objects are asked for at a time. */
const pageSize = '500';

const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** The path of what a target names; a named object needs a namespace when its kind has one. */
function pathOf({ resource, name, namespace: own }: Target, session: string | undefined): string {
  const namespace = own ?? session;
  const where = resource.namespaced && namespace !== undefined ? { namespace } : {};
  return name === undefined ? collectionPath(resource, where.namespace) : objectPath(resource, { name, ...where });
}

const filterQuery = ({ labelSelector, fieldSelector }: Filter): Record<string, string> => ({
  ...(labelSelector ? { labelSelector } : {}),
  ...(fieldSelector ? { fieldSelector } : {}),
});

async function json(client: RestClient, path: string, accept: string): Promise<unknown> {
  const { body } = await client.raw(path, { accept });
  return JSON.parse(body.toString());
}

/** `includeObject` says how much of each object stands in its row. */
export async function fetchTable(
  client: RestClient,
  target: Target,
  filter: Filter,
  includeObject: 'Metadata' | 'Object' = 'Metadata',
): Promise<Table> {
  const options = query({ ...(target.name === undefined ? filterQuery(filter) : {}), includeObject });
  return (await json(client, pathOf(target, filter.namespace) + options, tableAccept)) as Table;
}

/** All pages. Items say their apiVersion and kind, which lists leave out. */
export async function fetchObjects(client: RestClient, target: Target, filter: Filter): Promise<AnyObject[]> {
  if (target.name !== undefined)
    return [(await json(client, pathOf(target, filter.namespace), 'application/json')) as AnyObject];
  const { resource } = target;
  const apiVersion = apiVersionOf(resource);
  const found: AnyObject[] = [];
  let next: string | undefined;
  do {
    const page = {
      ...filterQuery(filter),
      limit: pageSize,
      ...(next ? { continue: next } : {}),
    };
    const list = (await json(client, pathOf(target, filter.namespace) + query(page), 'application/json')) as {
      items?: AnyObject[];
      metadata?: { continue?: string };
    };
    found.push(...(list.items ?? []).map(item => ({ ...item, apiVersion, kind: resource.kind })));
    next = list.metadata?.continue || undefined;
  } while (next);
  return found;
}

/** The lines of a watch of a kind, each an event whose object is a table of one row, from a revision on. */
export async function streamTables(
  client: RestClient,
  target: Target,
  filter: Filter,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const options = query({ ...filterQuery(filter), watch: 'true', resourceVersion });
  return (await client.stream(pathOf(target, filter.namespace) + options, { accept: tableAccept, signal })).body;
}

export const isNotFound = (error: unknown): boolean => error instanceof StatusError && error.reason === 'NotFound';
