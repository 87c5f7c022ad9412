/** One role for each control loop, bound to a service account of the loop's name: no loop can do another's work. */
import type { AnyObject, PolicyRule } from '../../../api/types.js';
import { allow, clusterBinding, clusterRole, systemAccount, writeEvents } from './rule.js';

const name = (controller: string): string => `system:controller:${controller}`;

export const controllerRoles = (): AnyObject[] =>
  Object.entries(rules).map(([controller, list]) => clusterRole(name(controller), list));

/** Bound to the loop's service account alone: the process that runs the loops asks for a token of each. */
export const controllerBindings = (): AnyObject[] =>
  Object.keys(rules).map(controller => clusterBinding(name(controller), [systemAccount(controller)]));

const rules: Record<string, PolicyRule[]> = {
  'clusterrole-aggregation-controller': [
    allow('escalate get list patch update watch', 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'cronjob-controller': [
    allow('get list update watch', 'batch', 'cronjobs'),
    allow('create delete get list patch update watch', 'batch', 'jobs'),
    allow('update', 'batch', 'cronjobs/status cronjobs/finalizers'),
    allow('delete list', 'core', 'pods'),
    writeEvents,
  ],
  'daemon-set-controller': [
    allow('get list watch', 'apps', 'daemonsets'),
    allow('update', 'apps', 'daemonsets/status daemonsets/finalizers'),
    allow('list watch', 'core', 'nodes'),
    allow('create delete list patch watch', 'core', 'pods'),
    allow('create', 'core', 'pods/binding'),
    allow('create delete get list patch update watch', 'apps', 'controllerrevisions'),
    writeEvents,
  ],
  'deployment-controller': [
    allow('get list update watch', 'apps', 'deployments'),
    allow('update', 'apps', 'deployments/status deployments/finalizers'),
    allow('create delete get list patch update watch', 'apps', 'replicasets'),
    allow('get list update watch', 'core', 'pods'),
    writeEvents,
  ],
  'disruption-controller': [
    allow('get list watch', 'apps', 'deployments replicasets statefulsets'),
    allow('get list watch', 'core', 'replicationcontrollers'),
    allow('get list watch', 'policy', 'poddisruptionbudgets'),
    allow('get list watch', 'core', 'pods'),
    allow('patch update', 'core', 'pods/status'),
    allow('update', 'policy', 'poddisruptionbudgets/status'),
    allow('get', '*', '*/scale'),
    writeEvents,
  ],
  'endpoint-controller': [
    allow('get list watch', 'core', 'pods services'),
    allow('create delete get list update watch', 'core', 'endpoints'),
    allow('create', 'core', 'endpoints/restricted'),
    writeEvents,
  ],
  'endpointslice-controller': [
    allow('get list watch', 'core', 'nodes pods services'),
    allow('update', 'core', 'services/finalizers'),
    allow('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'),
    allow('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    writeEvents,
  ],
  'endpointslicemirroring-controller': [
    allow('get list watch', 'core', 'endpoints services'),
    allow('update', 'core', 'services/finalizers endpoints/finalizers'),
    allow('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'),
    allow('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    writeEvents,
  ],
  'generic-garbage-collector': [allow('delete get list patch update watch', '*', '*'), writeEvents],
  'horizontal-pod-autoscaler': [
    allow('get list watch', 'autoscaling', 'horizontalpodautoscalers'),
    allow('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    allow('get update', '*', '*/scale'),
    allow('list', 'core', 'pods'),
    allow('list get', 'custom.metrics.k8s.io external.metrics.k8s.io', '*'),
    allow('list', 'metrics.k8s.io', 'pods'),
    writeEvents,
  ],
  'job-controller': [
    allow('get list patch update watch', 'batch', 'jobs'),
    allow('patch update', 'batch', 'jobs/status'),
    allow('update', 'batch', 'jobs/finalizers'),
    allow('create delete list patch watch', 'core', 'pods'),
    writeEvents,
  ],
  'namespace-controller': [
    allow('delete get list watch', 'core', 'namespaces'),
    allow('update', 'core', 'namespaces/finalize namespaces/status'),
    allow('delete deletecollection get list', '*', '*'),
  ],
  'node-controller': [
    allow('delete get list patch update', 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('patch update', 'core', 'pods/status'),
    allow('delete list get', 'core', 'pods'),
    allow('create delete get list patch update watch', 'coordination.k8s.io', 'leases'),
    writeEvents,
  ],
  'pod-garbage-collector': [
    allow('delete list watch', 'core', 'pods'),
    allow('get list', 'core', 'nodes'),
    allow('patch', 'core', 'pods/status'),
  ],
  'replicaset-controller': [
    allow('get list update watch', 'apps', 'replicasets'),
    allow('update', 'apps', 'replicasets/status replicasets/finalizers'),
    allow('create delete list patch watch', 'core', 'pods'),
    writeEvents,
  ],
  'replication-controller': [
    allow('get list update watch', 'core', 'replicationcontrollers'),
    allow('update', 'core', 'replicationcontrollers/status replicationcontrollers/finalizers'),
    allow('create delete list patch watch', 'core', 'pods'),
    writeEvents,
  ],
  'resourcequota-controller': [
    allow('list watch', '*', '*'),
    allow('update', 'core', 'resourcequotas/status'),
    writeEvents,
  ],
  'root-ca-cert-publisher': [allow('create update', 'core', 'configmaps'), writeEvents],
  'service-account-controller': [allow('create', 'core', 'serviceaccounts'), writeEvents],
  'statefulset-controller': [
    allow('list watch', 'core', 'pods'),
    allow('get list watch', 'apps', 'statefulsets'),
    allow('update', 'apps', 'statefulsets/status statefulsets/finalizers'),
    allow('create delete get patch update', 'core', 'pods'),
    allow('create delete get list patch update watch', 'apps', 'controllerrevisions'),
    allow('create get', 'core', 'persistentvolumeclaims'),
    writeEvents,
  ],
  'ttl-after-finished-controller': [allow('delete get list watch', 'batch', 'jobs'), writeEvents],
};
