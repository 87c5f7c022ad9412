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
    allow(
      '*',
      'core',
      'nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/spec nodes/stats',
    ),
  ]),
  clusterRole('system:kube-aggregator', [
    allow(read, 'core', 'endpoints services'),
    allow(read, 'discovery.k8s.io', 'endpointslices'),
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
  clusterRole('system:node-bootstrapper', [
    allow(`create ${read}`, 'certificates.k8s.io', 'certificatesigningrequests'),
  ]),
  clusterRole('system:persistent-volume-provisioner', [
    allow(`create delete ${read}`, 'core', 'persistentvolumes'),
    allow(`update ${read}`, 'core', 'persistentvolumeclaims'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
    allow('watch', 'core', 'events'),
    writeEvents,
  ]),
  schedulerRole(),
  clusterRole('system:volume-scheduler', [
    allow(`patch update ${read}`, 'core', 'persistentvolumeclaims persistentvolumes'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
  ]),
  controllerProcessRole(),
  ...certificateRoles(),
];

/** Who may ask for a node's certificate, and who may approve requests to which of Kubernetes' signers. */
function certificateRoles(): AnyObject[] {
  const prefix = 'system:certificates.k8s.io';
  const asking = ['nodeclient', 'selfnodeclient'].map(kind =>
    clusterRole(`${prefix}:certificatesigningrequests:${kind}`, [
      allow('create', 'certificates.k8s.io', `certificatesigningrequests/${kind}`),
    ]),
  );
  const signers = ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'];
  const approving = signers.map(signer =>
    clusterRole(`${prefix}:${signer}-approver`, [
      allow('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${signer}`),
    ]),
  );
  return [...asking, ...approving];
}

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
    allow(read, 'apps extensions', 'replicasets'),
    allow(read, 'apps', 'statefulsets'),
    allow(read, 'policy', 'poddisruptionbudgets'),
    allow(read, 'core', 'persistentvolumeclaims persistentvolumes'),
    allow('create', 'authentication.k8s.io', 'tokenreviews'),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    allow(read, 'storage.k8s.io', 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments'),
    allow(read, 'core', 'namespaces'),
    allow(read, 'scheduling.k8s.io', 'priorityclasses'),
    // Devices: claims are allocated, and reserved for the pod, before it is bound.
    allow(read, 'resource.k8s.io', 'deviceclasses resourceslices'),
    allow(`patch update ${read}`, 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
    allow(`patch update ${read}`, 'core', 'pods/finalizers'),
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
