/** The roles and bindings that every cluster starts with: those of Kubernetes, by their names and for its identities. */
import type { AnyObject, ClusterRole } from '../../api/types.js';
import { componentRoles } from './policy/component-roles.js';
import { controllerBindings, controllerRoles } from './policy/controller-roles.js';
import { controllerProcess, monitoringGroup, proxy, scheduler } from './policy/identities.js';
import { namespacedBindings, namespacedRoles } from './policy/namespaced-roles.js';
import { clusterBinding, group, systemAccount, user } from './policy/rule.js';
import { userRoles } from './policy/user-roles.js';
import { effectiveRules } from './rbac/aggregation.js';
import { authenticatedGroup, serviceAccountsGroup, supergroup, unauthenticatedGroup } from './well-known.js';

export { type PolicyWrite, planPolicy } from './policy/plan.js';

/** Fresh objects, without uid or resourceVersion. Cluster-wide ones first, and roles before what binds them. */
export function defaultPolicy(): AnyObject[] {
  return [
    ...withAggregatedRules([...componentRoles(), ...userRoles(), ...controllerRoles()]),
    ...componentBindings(),
    ...controllerBindings(),
    ...namespacedRoles(),
    ...namespacedBindings(),
  ];
}

const componentBindings = (): AnyObject[] => [
  clusterBinding('cluster-admin', [group(supergroup)]),
  clusterBinding('system:monitoring', [group(monitoringGroup)]),
  clusterBinding('system:discovery', [group(authenticatedGroup)]),
  clusterBinding('system:public-info-viewer', [group(authenticatedGroup), group(unauthenticatedGroup)]),
  clusterBinding('system:basic-user', [group(authenticatedGroup)]),
  clusterBinding('system:service-account-issuer-discovery', [group(serviceAccountsGroup)]),
  clusterBinding('system:node-proxier', [user(proxy)]),
  clusterBinding('system:kube-controller-manager', [user(controllerProcess)]),
  clusterBinding('system:kube-dns', [systemAccount('kube-dns')]),
  clusterBinding('system:kube-scheduler', [user(scheduler)]),
  clusterBinding('system:volume-scheduler', [user(scheduler)]),
  // Nodes are the Node authorizer's; the binding exists, empty, so that an administrator who must can fill it.
  clusterBinding('system:node', []),
];

/** What `describe clusterrole admin` shows. The authorizer computes the rules anew whenever roles change. */
function withAggregatedRules(roles: AnyObject[]): AnyObject[] {
  const all = roles as unknown as ClusterRole[];
  return roles.map((role, index) => ({ ...role, rules: effectiveRules(all[index] as ClusterRole, all) }));
}
