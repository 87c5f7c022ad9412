/** Where the API serves a resource: paths and queries, from handles and options. Pure. */
import type { ListCallOptions, Name, PatchType, Resource, WatchCallOptions, WriteCallOptions } from '../client.js';

type QueryValue = string | number | boolean | undefined;

/** '?a=b&c=d' without what is undefined; '' when nothing is left. */
export function query(values: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.append(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** '/api/v1/namespaces/default/pods'; without a namespace, those of all namespaces. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const within = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${resource.plural}`;
}

/** '/api/v1/namespaces/default/pods/web/status'. Throws when a namespace is needed and none is given. */
export function objectPath(resource: Resource, name: Name, subresource?: string): string {
  if (!name.name) throw new Error(`a request for one of ${resource.plural} needs a name`);
  const path = `${collectionPath(resource, requiredNamespace(resource, name.namespace))}/${encodeURIComponent(name.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

/** The namespace of a request about one object: an empty one would quietly mean another path. */
export function requiredNamespace(resource: Resource, namespace: string | undefined): string | undefined {
  if (resource.namespaced && !namespace) throw new Error(`a request for one of ${resource.plural} needs a namespace`);
  return namespace;
}

export const listQuery = (options: ListCallOptions): string =>
  query({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
  });

export const watchQuery = (options: WatchCallOptions): string =>
  query({
    watch: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    allowWatchBookmarks: options.allowWatchBookmarks || undefined,
    timeoutSeconds: options.timeoutSeconds,
  });

export const writeQuery = (options: WriteCallOptions & { force?: boolean }): string =>
  query({
    dryRun: options.dryRun ? 'All' : undefined,
    fieldValidation: options.fieldValidation,
    fieldManager: options.fieldManager,
    force: options.force || undefined,
  });

export const patchContentType: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
