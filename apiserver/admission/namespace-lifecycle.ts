/** Nothing is created in a namespace that does not exist or is going; the namespaces that all rests on cannot be deleted. */
import { notFound, statusError } from '../../api/status.js';
import type { Namespace } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { nameOf, refusal } from './request.js';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', resource: 'namespaces' };

export const namespaceLifecycle = (lookup: Lookup): AdmissionPlugin => ({
  name: 'NamespaceLifecycle',
  handles: ({ operation, row, info }) =>
    isNamespaces(row)
      ? operation === 'DELETE' && info.subresource === ''
      : row.namespaced && (operation === 'CREATE' || operation === 'UPDATE'),
  // With the plug-ins that change, and before them: what they look for is not there when the namespace is not.
  mutate(request) {
    if (isNamespaces(request.row)) return refuseImmortal(request);
    const name = request.info.namespace;
    const namespace = lookup.get(namespaces, '', name) as unknown as Namespace | undefined;
    if (!namespace) throw notFound({ ...namespaces, name });
    if (request.operation === 'CREATE' && isTerminating(namespace)) throw terminating(request, name);
  },
});

const isNamespaces = (row: { group: string; plural: string }): boolean =>
  row.group === '' && row.plural === 'namespaces';

function refuseImmortal(request: AdmissionRequest): void {
  if (immortal.has(nameOf(request))) throw refusal(request, 'this namespace may not be deleted');
}

const isTerminating = ({ metadata, status }: Namespace): boolean =>
  metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating';

/** With a cause that controllers look for: they stop trying instead of backing off. */
function terminating(request: AdmissionRequest, namespace: string): Error {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { message, details } = refusal(request, why).status;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return statusError('Forbidden', message ?? why, { ...details, causes: [cause] });
}
