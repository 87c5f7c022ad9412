/** What is written into a namespace that does not exist: refused, also where it would change nothing; or the namespace is made. */
import { notFound } from '../../../api/status.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';

const namespaces = { group: '', resource: 'namespaces' };

const isMissing = (lookup: Lookup, { row, info }: AdmissionRequest): boolean =>
  row.namespaced && !lookup.get(namespaces, '', info.namespace);

/** Unlike NamespaceLifecycle it refuses deletions too. */
export const namespaceExists = (lookup: Lookup): AdmissionPlugin => ({
  name: 'NamespaceExists',
  handles: ({ operation }) => operation !== 'CONNECT',
  mutate(request) {
    if (isMissing(lookup, request)) throw notFound({ ...namespaces, name: request.info.namespace });
  },
});

/** `create` makes a namespace; that another request was faster is no error. */
export const namespaceAutoProvision = (lookup: Lookup, create: (name: string) => Promise<void>): AdmissionPlugin => ({
  name: 'NamespaceAutoProvision',
  handles: ({ operation, dryRun }) => operation === 'CREATE' && !dryRun,
  mutate(request) {
    return isMissing(lookup, request) ? create(request.info.namespace) : undefined;
  },
});
