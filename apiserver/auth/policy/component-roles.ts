/** Roles of everybody, of operators, and of the components that are not controllers. */
import type { AnyObject } from '../../../api/types.js';
import { nodeRules } from './node-rules.js';
import { allow, allowPaths, clusterRole, read, writeEvents } from './rule.js';

const healthPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const discoveryPaths = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

export const componentRoles = (): AnyObject[] => [
  clusterRole('cluster-admin', [allow('*', '*', '*'), allowPaths('*', '*')]),
  clusterRole('system:discovery', [allowPaths('get', ...discoveryPaths, ...healthPaths)]),
  clusterRole('system:public-info-viewer', [allowPaths('get', ...healthPaths)]),
  clusterRole('system:monitoring', [
    allowPaths(
      'get',
      '/healthz',
      '/healthz/*',
      '/livez',
      '/livez/*',
      '/metrics',
      '/metrics/slis',
      '/readyz',
      '/readyz/*',
    ),
  ]),
  clusterRole('system:basic-user', [
    allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  clusterRole('system:service-account-issuer-discovery', [
    allowPaths(
      'get',
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/',
      '/openid/v1/jwks',
      '/openid/v1/jwks/',
    ),
  ]),
  clusterRole('system:auth-delegator', [
    allow('create', 'authentication.k8s.io', 'tokenreviews'),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
  clusterRole('system:kubelet-api-admin', [
    allow('get list watch proxy', 'core', 'nodes'),
    allow('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats nodes/configz nodes/healthz nodes/pods'),
  ]),
  clusterRole('system:node', nodeRules()),
  clusterRole('system:node-problem-detector', [
    allow('get', 'core', 'nodes'),
    allow('patch', 'core', 'nodes/status'),
    writeEvents,
  ]),
  clusterRole('system:node-proxier', [
    allow('list watch', 'core', 'services endpoints'),
    allow(read, 'core', 'nodes'),
    allow('list watch', 'discovery.k8s.io', 'endpointslices'),
    allow('list watch', 'networking.k8s.io', 'servicecidrs'),
    writeEvents,
  ]),
  clusterRole('system:kube-dns', [
    allow('list watch', 'core', 'endpoints services'),
    allow('list watch', 'discovery.k8s.io', 'endpointslices'),
  ]),
  schedulerRole(),
  controllerProcessRole(),
];

function schedulerRole(): AnyObject {
  return clusterRole('system:kube-scheduler', [
    writeEvents,
    allow('create', 'coordination.k8s.io', 'leases'),
    allow('get list update watch', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
    allow(read, 'core', 'nodes'),
    allow('delete get list watch', 'core', 'pods'),
    allow('create', 'core', 'bindings pods/binding'),
    allow('patch update', 'core', 'pods/status'),
    allow(read, 'core', 'replicationcontrollers services'),
    allow(read, 'apps', 'replicasets statefulsets'),
    allow(read, 'policy', 'poddisruptionbudgets'),
    allow(read, 'core', 'persistentvolumeclaims persistentvolumes'),
    allow('create', 'authentication.k8s.io', 'tokenreviews'),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    allow(read, 'storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments'),
    allow(read, 'core', 'namespaces'),
    allow(read, 'scheduling.k8s.io', 'priorityclasses'),
  ]);
}

/** The process that runs the controllers: elects its leader, watches everything, and asks for the tokens of each loop. */
function controllerProcessRole(): AnyObject {
  return clusterRole('system:kube-controller-manager', [
    writeEvents,
    allow('create', 'coordination.k8s.io', 'leases'),
    allow('get list update watch', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
    allow('create', 'core', 'secrets serviceaccounts'),
    allow('delete', 'core', 'secrets'),
    allow('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
    allow('update', 'core', 'secrets serviceaccounts'),
    allow('create', 'authentication.k8s.io', 'tokenreviews'),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    allow('list watch', '*', '*'),
    allow('create', 'core', 'serviceaccounts/token'),
  ]);
}
