/**
 * Which group comes first where several have a resource of the same name: Kubernetes' own in its own order, then custom
 * resources, so that `kubectl get ingress` means the same on every cluster.
 */
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';

type Named = Pick<KindRow, 'group' | 'version' | 'custom'>;

const groups: Record<string, number> = {
  'apiregistration.k8s.io': 20000,
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'resource.k8s.io': 15900,
  // After all others: its nodes and pods are not those that are meant by the name.
  'metrics.k8s.io': 100,
};
const versions: Record<string, number> = { v1: 1, 'autoscaling/v2': 30 };

/** Custom resources come after all that Kubernetes brings. */
const customGroup = 1000;
const customVersion = 100;
const usual = 15;
const beta = 12;

/** Higher comes first. */
export const groupPriorityOf = ({ group, custom }: Named): number =>
  custom ? customGroup : (groups[group] ?? customGroup);

export function versionPriorityOf(row: Named): number {
  if (row.custom) return customVersion;
  return versions[apiVersionOf(row)] ?? (row.version.includes('beta') ? beta : usual);
}
