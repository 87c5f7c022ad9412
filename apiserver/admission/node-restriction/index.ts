/**
 * Narrows what kubelets write, where the decision needs the object: their own Node, their own Lease, the status of the
 * pods that are bound to them, and mirror pods. (Tokens are checked where they are made: auth/token-request.ts.)
 */
import { semanticEqual } from '../../../api/json.js';
import type { AnyObject } from '../../../api/types.js';
import { nodeLeaseNamespace } from '../../auth/node/authorizer.js';
import { nodeOf } from '../../auth/node/identity.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { nameOf, refusal } from '../request.js';
import { checkNode } from './nodes.js';
import { checkPod } from './pods.js';

export const nodeRestriction = (lookup: Lookup): AdmissionPlugin => ({
  name: 'NodeRestriction',
  handles: ({ user }) => nodeOf(user) !== undefined,
  validate(request) {
    const node = nodeOf(request.user) ?? '';
    if (node === '') throw refusal(request, `could not determine node from user ${JSON.stringify(request.user.name)}`);
    const { row } = request;
    if (row.group === '' && row.plural === 'pods') checkPod(request, node, lookup);
    else if (row.group === '' && row.plural === 'nodes') checkNode(request, node);
    else if (row.group === '' && row.plural === 'persistentvolumeclaims') checkClaim(request, node);
    else if (row.group === 'coordination.k8s.io' && row.plural === 'leases') checkLease(request, node);
    else if (row.group === 'storage.k8s.io' && row.plural === 'csinodes') checkCsiNode(request, node);
    else if (row.group === 'resource.k8s.io' && row.plural === 'resourceslices') checkSlice(request, node);
  },
});

function checkLease(request: AdmissionRequest, node: string): void {
  if (request.info.namespace !== nodeLeaseNamespace) {
    throw refusal(request, `can only access leases in the "${nodeLeaseNamespace}" system namespace`);
  }
  if (nameOf(request) !== node) {
    throw refusal(request, 'can only access node lease with the same name as the requesting node');
  }
}

function checkCsiNode(request: AdmissionRequest, node: string): void {
  if (nameOf(request) !== node) {
    throw refusal(request, 'can only access CSINode with the same name as the requesting node');
  }
}

/** The devices that a node offers are its own. */
function checkSlice(request: AdmissionRequest, node: string): void {
  const nodeName = (object: AnyObject | undefined): string =>
    (object?.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
  const { operation, object, oldObject } = request;
  if (operation === 'CREATE' && nodeName(object) !== node) {
    throw refusal(request, 'can only create ResourceSlice with the same NodeName as the requesting node');
  }
  if (operation === 'DELETE' && oldObject && nodeName(oldObject) !== node) {
    throw refusal(request, 'can only delete ResourceSlice with the same NodeName as the requesting node');
  }
}

/** What the kubelet says of a claim: how large its volume has become. */
const resized = ['capacity', 'conditions', 'allocatedResources', 'allocatedResourceStatuses'];

function checkClaim(request: AdmissionRequest, node: string): void {
  const { operation, info, object, oldObject } = request;
  if (operation !== 'UPDATE') throw refusal(request, `unexpected operation "${operation}"`);
  if (info.subresource !== 'status') {
    throw refusal(request, `unexpected subresource "${info.subresource}", only 'status' is allowed`);
  }
  const rest = (claim: AnyObject | undefined): AnyObject => {
    const { managedFields: _, resourceVersion: __, ...metadata } = claim?.metadata ?? {};
    const status = Object.entries((claim?.status ?? {}) as object).filter(([field]) => !resized.includes(field));
    return { ...(claim as AnyObject), metadata, status: Object.fromEntries(status) };
  };
  if (!semanticEqual(rest(object), rest(oldObject))) {
    throw refusal(request, `node "${node}" may not update fields other than status.quantity and status.conditions`);
  }
}
