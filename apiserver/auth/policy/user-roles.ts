/** admin, edit and view: what people get in a namespace. Each is made of all roles that carry its label. */
import type { AnyObject } from '../../../api/types.js';
import { aggregated, allow, clusterRole, read, write } from './rule.js';

const label = (name: string): string => `rbac.authorization.k8s.io/aggregate-to-${name}`;
const into = (name: string): Record<string, string> => ({ [label(name)]: 'true' });

const workloads = 'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale';
/** What the group extensions served once. Kubernetes' roles still name it, for objects of servers that are long gone. */
const formerly =
  'daemonsets deployments deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale';
const stateful = 'statefulsets statefulsets/scale';

export const userRoles = (): AnyObject[] => [
  aggregated('admin', label('admin')),
  aggregated('edit', label('edit'), into('admin')),
  aggregated('view', label('view'), into('edit')),
  clusterRole(
    'system:aggregate-to-admin',
    [
      allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      allow(`${read} ${write}`, 'rbac.authorization.k8s.io', 'rolebindings roles'),
    ],
    into('admin'),
  ),
  clusterRole('system:aggregate-to-edit', editRules(), into('edit')),
  clusterRole('system:aggregate-to-view', viewRules(), into('view')),
];

/** May run anything as any service account of the namespace, and so has what those have; but hands out no rights. */
function editRules() {
  return [
    allow(read, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
    allow('impersonate', 'core', 'serviceaccounts'),
    allow(write, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
    allow('create', 'core', 'pods/eviction'),
    allow(
      write,
      'core',
      'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    ),
    allow('create', 'core', 'serviceaccounts/token'),
    allow(write, 'apps', `${workloads} ${stateful}`),
    allow(write, 'autoscaling', 'horizontalpodautoscalers'),
    allow(write, 'batch', 'cronjobs jobs'),
    allow(write, 'policy', 'poddisruptionbudgets'),
    allow(write, 'extensions', `${formerly} deployments/rollback`),
    allow(write, 'networking.k8s.io', 'ingresses networkpolicies'),
    allow(write, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
    allow(`${read} ${write}`, 'coordination.k8s.io', 'leases'),
  ];
}

/** No secrets, for they hold the tokens of others; no roles, for they tell whom to attack. */
function viewRules() {
  return [
    allow(
      read,
      'core',
      'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
    ),
    allow(
      read,
      'core',
      'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
    ),
    allow(read, 'core', 'namespaces'),
    allow(read, 'discovery.k8s.io', 'endpointslices'),
    allow(
      read,
      'apps',
      'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    ),
    allow(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
    allow(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
    allow(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
    allow(read, 'extensions', `${formerly} daemonsets/status deployments/status ingresses/status replicasets/status`),
    allow(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
    allow(read, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
  ];
}
