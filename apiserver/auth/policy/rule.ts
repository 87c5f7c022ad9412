/** Writing policy down briefly. */
import type { AnyObject, PolicyRule, RbacSubject } from '../../../api/types.js';
import { rbacGroup } from '../rbac/roles.js';

/** Words separated by spaces; the core group is 'core'. */
export function allow(verbs: string, groups: string, resources: string, ...resourceNames: string[]): PolicyRule {
  return {
    apiGroups: words(groups).map(group => (group === 'core' ? '' : group)),
    resources: words(resources),
    ...(resourceNames.length > 0 ? { resourceNames } : {}),
    verbs: words(verbs),
  };
}

export const allowPaths = (verbs: string, ...nonResourceURLs: string[]): PolicyRule => ({
  nonResourceURLs,
  verbs: words(verbs),
});

const words = (text: string): string[] => text.split(' ');

export const read = 'get list watch';
export const readWrite = 'get list watch create update patch delete deletecollection';
export const write = 'create update patch delete deletecollection';

/** What every component that reports does. */
export const writeEvents = allow('create patch update', 'core events.k8s.io', 'events');

const apiVersion = `${rbacGroup}/v1`;

/** How Kubernetes marks what it keeps up to date at every start. */
const bootstrapMetadata = (name: string, labels: Record<string, string> = {}, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  annotations: { [autoupdateAnnotation]: 'true' },
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
});

export const autoupdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

export const clusterRole = (name: string, rules: PolicyRule[], labels?: Record<string, string>): AnyObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: bootstrapMetadata(name, labels),
  rules,
});

/** A ClusterRole made of all that carry the label. */
export const aggregated = (name: string, label: string, labels?: Record<string, string>): AnyObject => ({
  ...clusterRole(name, [], labels),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
});

export const role = (namespace: string, name: string, rules: PolicyRule[]): AnyObject => ({
  apiVersion,
  kind: 'Role',
  metadata: bootstrapMetadata(name, {}, namespace),
  rules,
});

export const user = (name: string): RbacSubject => ({ apiGroup: rbacGroup, kind: 'User', name });
export const group = (name: string): RbacSubject => ({ apiGroup: rbacGroup, kind: 'Group', name });
export const systemAccount = (name: string): RbacSubject => ({
  kind: 'ServiceAccount',
  name,
  namespace: 'kube-system',
});

export const clusterBinding = (roleName: string, subjects: RbacSubject[], name = roleName): AnyObject => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: bootstrapMetadata(name),
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: roleName },
  subjects,
});

export const binding = (namespace: string, roleName: string, subjects: RbacSubject[], name = roleName): AnyObject => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: bootstrapMetadata(name, {}, namespace),
  roleRef: { apiGroup: rbacGroup, kind: 'Role', name: roleName },
  subjects,
});
