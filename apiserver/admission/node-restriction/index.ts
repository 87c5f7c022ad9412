/**
 * Narrows what kubelets write, where the decision needs the object: their own Node, their own Lease, the status of the
 * pods that are bound to them, and mirror pods. (Tokens are checked where they are made: auth/token-request.ts.)
 */
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
    else if (row.group === 'coordination.k8s.io' && row.plural === 'leases') checkLease(request, node);
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
