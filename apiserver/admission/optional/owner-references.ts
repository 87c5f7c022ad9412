/**
 * An owner reference has the garbage collector delete the object, and one that blocks keeps its owner from going: only who
 * may do so himself may have it done (OwnerReferencesPermissionEnforcement).
 */
import { canonicalText } from '../../../api/json.js';
import type { KindRow } from '../../../api/kinds/row.js';
import type { OwnerReference } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../../contracts.js';
import { refusal } from '../request.js';

export const ownerReferences = (authorizer: Authorizer, rows: () => readonly KindRow[]): AdmissionPlugin => ({
  name: 'OwnerReferencesPermissionEnforcement',
  handles: ({ operation }) => operation === 'CREATE' || operation === 'UPDATE',
  validate(request) {
    const [now, before] = [referencesOf(request.object), referencesOf(request.oldObject)];
    if (canonicalText(now) !== canonicalText(before)) mayDelete(authorizer, request);
    const wasBlocking = new Set(before.filter(isBlocking).map(({ uid }) => uid));
    for (const reference of now.filter(isBlocking)) {
      if (!wasBlocking.has(reference.uid)) mayBlock(authorizer, rows(), request, reference);
    }
  },
});

const referencesOf = (object: AdmissionRequest['object']): readonly OwnerReference[] =>
  object?.metadata.ownerReferences ?? [];

const isBlocking = ({ blockOwnerDeletion }: OwnerReference): boolean => blockOwnerDeletion === true;

function mayDelete(authorizer: Authorizer, request: AdmissionRequest): void {
  const { user, info } = request;
  // A new object has no name in its path, and so a right to delete one of that name does not count.
  const name = request.operation === 'CREATE' ? '' : info.name;
  const verdict = authorizer.authorize(user, { ...info, verb: 'delete', subresource: '', name });
  if (verdict.allowed) return;
  throw refusal(request, `cannot set an ownerRef on a resource you can't delete: ${verdict.reason}, <nil>`);
}

function mayBlock(
  authorizer: Authorizer,
  rows: readonly KindRow[],
  request: AdmissionRequest,
  { apiVersion, kind, name }: OwnerReference,
): void {
  const at = apiVersion.lastIndexOf('/');
  const [group, version] = [apiVersion.slice(0, Math.max(0, at)), apiVersion.slice(at + 1)];
  const row = rows.find(
    candidate => candidate.group === group && candidate.version === version && candidate.kind === kind,
  );
  const cannot = 'cannot set blockOwnerDeletion';
  if (!row) {
    const why = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
    throw refusal(
      request,
      `${cannot} in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: ${why}`,
    );
  }
  const { user, info } = request;
  const namespace = row.namespaced ? info.namespace : '';
  const about = { group, version, resource: row.plural, subresource: 'finalizers', namespace, name };
  const verdict = authorizer.authorize(user, { ...info, ...about, verb: 'update' });
  if (verdict.allowed) return;
  throw refusal(
    request,
    `${cannot} if an ownerReference refers to a resource you can't set finalizers on: ${verdict.reason}, <nil>`,
  );
}
