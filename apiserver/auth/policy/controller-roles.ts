/** One role for each control loop, bound to a service account of the loop's name: no loop can do another's work. */
import type { AnyObject, PolicyRule } from '../../../api/types.js';
import { allow, clusterBinding, clusterRole, read, systemAccount, writeEvents } from './rule.js';
import { storageControllerRules } from './storage-controller-roles.js';
import { workloadControllerRules } from './workload-controller-roles.js';

const name = (controller: string): string => `system:controller:${controller}`;

export const controllerRoles = (): AnyObject[] =>
  Object.entries(rules).map(([controller, list]) => clusterRole(name(controller), list));

/** Bound to the loop's service account alone: the process that runs the loops asks for a token of each. */
export const controllerBindings = (): AnyObject[] =>
  Object.keys(rules).map(controller => clusterBinding(name(controller), [systemAccount(controller)]));

const networkControllerRules: Record<string, PolicyRule[]> = {
  'endpoint-controller': [
    allow(read, 'core', 'pods services'),
    allow('create delete get list update watch', 'core', 'endpoints'),
    allow('create', 'core', 'endpoints/restricted'),
    writeEvents,
  ],
  'endpointslice-controller': [
    allow(read, 'core', 'nodes pods services'),
    allow('update', 'core', 'services/finalizers'),
    allow('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'),
    allow('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    writeEvents,
  ],
  'endpointslicemirroring-controller': [
    allow(read, 'core', 'endpoints services'),
    // A slice that is owned with blockOwnerDeletion asks for the right to finalize its owner.
    allow('update', 'core', 'services/finalizers endpoints/finalizers'),
    allow('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'),
    allow('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    writeEvents,
  ],
  'route-controller': [allow('list watch', 'core', 'nodes'), allow('patch', 'core', 'nodes/status'), writeEvents],
  'service-controller': [
    allow(read, 'core', 'services'),
    allow('patch update', 'core', 'services/status'),
    allow('list watch', 'core', 'nodes'),
    writeEvents,
  ],
  'service-cidrs-controller': [
    allow('get list patch update watch', 'networking.k8s.io', 'servicecidrs'),
    allow('patch update', 'networking.k8s.io', 'servicecidrs/finalizers servicecidrs/status'),
    allow(read, 'networking.k8s.io', 'ipaddresses'),
    writeEvents,
  ],
};

const nodeControllerRules: Record<string, PolicyRule[]> = {
  'node-controller': [
    allow('delete get list patch update', 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('patch update', 'core', 'pods/status'),
    allow('delete get list', 'core', 'pods'),
    writeEvents,
  ],
  'ttl-controller': [allow('list patch update watch', 'core', 'nodes'), writeEvents],
};

const clusterControllerRules: Record<string, PolicyRule[]> = {
  'certificate-controller': [
    allow('delete get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
    allow('update', 'certificates.k8s.io', 'certificatesigningrequests/approval certificatesigningrequests/status'),
    allow('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    allow(
      'sign',
      'certificates.k8s.io',
      'signers',
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kube-apiserver-client-kubelet',
      'kubernetes.io/kubelet-serving',
      'kubernetes.io/legacy-unknown',
    ),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    writeEvents,
  ],
  // It copies any rule into any role, and so must be allowed to escalate.
  'clusterrole-aggregation-controller': [
    allow('escalate get list patch update watch', 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'generic-garbage-collector': [allow('delete get list patch update watch', '*', '*'), writeEvents],
  'legacy-service-account-token-cleaner': [
    allow('get', 'core', 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'),
    allow('delete patch', 'core', 'secrets'),
  ],
  'namespace-controller': [
    allow('delete get list watch', 'core', 'namespaces'),
    allow('update', 'core', 'namespaces/finalize namespaces/status'),
    allow('delete deletecollection get list', '*', '*'),
  ],
  'resourcequota-controller': [
    allow('list watch', '*', '*'),
    allow('update', 'core', 'resourcequotas/status'),
    writeEvents,
  ],
  'root-ca-cert-publisher': [allow('create update', 'core', 'configmaps'), writeEvents],
  'service-account-controller': [allow('create', 'core', 'serviceaccounts'), writeEvents],
  'validatingadmissionpolicy-status-controller': [
    allow(read, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
    allow('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'),
    writeEvents,
  ],
};

const rules: Record<string, PolicyRule[]> = {
  ...clusterControllerRules,
  ...networkControllerRules,
  ...nodeControllerRules,
  ...storageControllerRules,
  ...workloadControllerRules,
};
