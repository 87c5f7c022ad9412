/** The loops that make pods, or decide upon them. */
import type { PolicyRule } from '../../../api/types.js';
import { allow, read, writeEvents } from './rule.js';

const all = 'create delete get list patch update watch';

/** Kinds of apps were served by the group extensions once; Kubernetes' roles still name it. */
const apps = 'apps extensions';

export const workloadControllerRules: Record<string, PolicyRule[]> = {
  'cronjob-controller': [
    allow('get list update watch', 'batch', 'cronjobs'),
    allow(all, 'batch', 'jobs'),
    allow('update', 'batch', 'cronjobs/status cronjobs/finalizers'),
    allow('delete list', 'core', 'pods'),
    writeEvents,
  ],
  'daemon-set-controller': [
    allow(read, apps, 'daemonsets'),
    allow('update', apps, 'daemonsets/status daemonsets/finalizers'),
    allow('list watch', 'core', 'nodes'),
    allow('create delete list patch watch', 'core', 'pods'),
    allow('create', 'core', 'pods/binding'),
    allow(all, 'apps', 'controllerrevisions'),
    writeEvents,
  ],
  'deployment-controller': [
    allow('get list update watch', apps, 'deployments'),
    allow('update', apps, 'deployments/status deployments/finalizers'),
    allow(all, apps, 'replicasets'),
    allow('get list update watch', 'core', 'pods'),
    writeEvents,
  ],
  'disruption-controller': [
    allow(read, apps, 'deployments replicasets'),
    allow(read, 'apps', 'statefulsets'),
    allow(read, 'core', 'replicationcontrollers'),
    allow(read, 'policy', 'poddisruptionbudgets'),
    allow(read, 'core', 'pods'),
    allow('patch update', 'core', 'pods/status'),
    allow('update', 'policy', 'poddisruptionbudgets/status'),
    allow('get', '*', '*/scale'),
    writeEvents,
  ],
  'horizontal-pod-autoscaler': [
    allow(read, 'autoscaling', 'horizontalpodautoscalers'),
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
  'pod-garbage-collector': [
    allow('delete list watch', 'core', 'pods'),
    allow('get list', 'core', 'nodes'),
    allow('patch', 'core', 'pods/status'),
  ],
  'replicaset-controller': [
    allow('get list update watch', apps, 'replicasets'),
    allow('update', apps, 'replicasets/status replicasets/finalizers'),
    allow('create delete list patch watch', 'core', 'pods'),
    writeEvents,
  ],
  'replication-controller': [
    allow('get list update watch', 'core', 'replicationcontrollers'),
    allow('update', 'core', 'replicationcontrollers/status replicationcontrollers/finalizers'),
    allow('create delete list patch watch', 'core', 'pods'),
    writeEvents,
  ],
  'statefulset-controller': [
    allow('list watch', 'core', 'pods'),
    allow(read, 'apps', 'statefulsets'),
    allow('update', 'apps', 'statefulsets/status statefulsets/finalizers'),
    allow('create delete get patch update', 'core', 'pods'),
    allow(all, 'apps', 'controllerrevisions'),
    // Claims are deleted, or owned, where persistentVolumeClaimRetentionPolicy says so.
    allow(all, 'core', 'persistentvolumeclaims'),
    writeEvents,
  ],
  'ttl-after-finished-controller': [allow('delete get list watch', 'batch', 'jobs'), writeEvents],
};
