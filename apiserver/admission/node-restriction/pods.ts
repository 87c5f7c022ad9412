/** A kubelet's pods: it makes and removes mirror pods, and reports, evicts and finishes what is bound to it. */
import { semanticEqual } from '../../../api/json.js';
import { isMirror, mirrorAnnotation } from '../../../api/kinds/pod/mirror.js';
import type { Pod } from '../../../api/types.js';
import { podReferences } from '../../auth/node/references.js';
import type { AdmissionRequest, Lookup } from '../../contracts.js';
import { nameOf, refusal } from '../request.js';

export function checkPod(request: AdmissionRequest, node: string, lookup: Lookup): void {
  const { operation, info } = request;
  const { subresource } = info;
  if (subresource === 'status') checkStatus(request, node);
  else if (subresource === 'eviction') checkEviction(request, node, lookup);
  else if (subresource !== '') {
    throw refusal(request, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
  } else if (operation === 'CREATE') checkCreate(request, node, lookup);
  else if (operation === 'DELETE') onOwnNode(request, node, 'can only delete pods');
  else {
    throw refusal(
      request,
      `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`,
    );
  }
}

const asPod = (object: AdmissionRequest['object']): Pod | undefined => object as unknown as Pod | undefined;

/** The eviction names the pod, and carries nothing of it. */
function checkEviction(request: AdmissionRequest, node: string, lookup: Lookup): void {
  const pod = lookup.get({ group: '', resource: 'pods' }, request.info.namespace, nameOf(request));
  // Of a pod that does not exist the registry says so.
  if (pod) onOwnNode({ ...request, oldObject: pod }, node, 'can only evict pods');
}

/** `what` is 'can only delete pods'. */
function onOwnNode(request: AdmissionRequest, node: string, what: string): void {
  if (asPod(request.oldObject)?.spec?.nodeName === node) return;
  throw refusal(request, `node "${node}" ${what} with spec.nodeName set to itself`);
}

function checkStatus(request: AdmissionRequest, node: string): void {
  if (request.operation !== 'UPDATE') throw refusal(request, `unexpected operation "${request.operation}"`);
  onOwnNode(request, node, 'can only update pod status for pods');
  const [before, now] = [asPod(request.oldObject), asPod(request.object)];
  if (!semanticEqual(before?.metadata.labels, now?.metadata.labels)) {
    throw refusal(request, `node "${node}" cannot update labels through pod status`);
  }
  // By them a node would be let to claims that its pod does not have.
  if (!semanticEqual(before?.status?.resourceClaimStatuses, now?.status?.resourceClaimStatuses)) {
    throw refusal(request, `node "${node}" cannot update resource claim statuses`);
  }
}

/** A mirror pod must not give its node anything: no account, no secrets, nobody else's place. */
function checkCreate(request: AdmissionRequest, node: string, lookup: Lookup): void {
  const pod = asPod(request.object);
  if (!pod || !isMirror(pod)) {
    throw refusal(
      request,
      `pod does not have "${mirrorAnnotation}" annotation, node "${node}" can only create mirror pods`,
    );
  }
  if (pod.spec?.nodeName !== node) {
    throw refusal(request, `node "${node}" can only create pods with spec.nodeName set to itself`);
  }
  checkOwner(request, pod, node, lookup);
  const kinds = new Set([...podReferences(pod)].map(reference => reference.slice(0, reference.indexOf('/'))));
  if (kinds.has('serviceaccounts')) {
    throw refusal(request, `node "${node}" can not create pods that reference a service account`);
  }
  const [referred] = kinds;
  if (referred) throw refusal(request, `node "${node}" can not create pods that reference ${referred}`);
}

/** A mirror pod goes with its Node, and with nothing else: an owner is followed by the garbage collector. */
function checkOwner(request: AdmissionRequest, pod: Pod, node: string, lookup: Lookup): void {
  const owners = pod.metadata.ownerReferences ?? [];
  const [owner] = owners;
  if (!owner) return;
  const own = lookup.get({ group: '', resource: 'nodes' }, '', node);
  const isOwn =
    owner.apiVersion === 'v1' && owner.kind === 'Node' && owner.name === node && owner.uid === own?.metadata.uid;
  if (owners.length > 1 || !isOwn || owner.blockOwnerDeletion) {
    throw refusal(request, `node "${node}" can only create pods with a single owner reference set to itself`);
  }
}
