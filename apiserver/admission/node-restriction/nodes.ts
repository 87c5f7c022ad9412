/** A kubelet's Node: its own only, and nothing by which it could draw pods to itself. */
import { semanticEqual } from '../../../api/json.js';
import type { Node } from '../../../api/types.js';
import type { AdmissionRequest } from '../../contracts.js';
import { nameOf, refusal } from '../request.js';

/** Labels of Kubernetes' own domains that a kubelet reports about its machine. */
const reported = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
]);
const reportedDomains = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** What administrators set to keep workloads apart. */
const restrictedDomain = 'node-restriction.kubernetes.io';

export function checkNode(request: AdmissionRequest, node: string): void {
  const name = nameOf(request);
  if (name !== node) throw refusal(request, `node "${node}" is not allowed to modify node "${name}"`);
  const [before, now] = [request.oldObject, request.object] as unknown as (Node | undefined)[];
  if (!now) return;
  const labels = changed(before?.metadata.labels, now.metadata.labels).filter(isForbidden);
  if (!before) {
    if (labels.length === 0) return;
    throw refusal(request, `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`);
  }
  if (!semanticEqual(before.spec?.taints, now.spec?.taints)) {
    throw refusal(request, `node "${node}" is not allowed to modify taints`);
  }
  if (!semanticEqual(before.metadata.ownerReferences, now.metadata.ownerReferences)) {
    throw refusal(request, `node "${node}" is not allowed to modify ownerReferences`);
  }
  if (labels.length > 0) throw refusal(request, `node "${node}" is not allowed to modify labels: ${labels.join(', ')}`);
}

type Labels = Record<string, string> | undefined;

function changed(before: Labels = {}, now: Labels = {}): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].filter(key => before[key] !== now[key]).sort();
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  if (within(domain, restrictedDomain)) return true;
  const isKubernetes = within(domain, 'kubernetes.io') || within(domain, 'k8s.io');
  return isKubernetes && !reported.has(label) && !reportedDomains.some(allowed => within(domain, allowed));
}

const within = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
