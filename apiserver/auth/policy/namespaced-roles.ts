/** Roles within kube-system and kube-public. */
import type { AnyObject } from '../../../api/types.js';
import { controllerProcess, scheduler } from './identities.js';
import { allow, binding, role, systemAccount, user } from './rule.js';

const system = 'kube-system';
const configReader = 'extension-apiserver-authentication-reader';

/** The Lease by which one of several processes leads. */
const leaderRole = (process: string): AnyObject =>
  role(system, `system::leader-locking-${process}`, [
    allow('watch', 'core', 'configmaps'),
    allow('get update', 'core', 'configmaps', process),
    allow('watch', 'coordination.k8s.io', 'leases'),
    allow('get update', 'coordination.k8s.io', 'leases', process),
  ]);

export const namespacedRoles = (): AnyObject[] => [
  role(system, configReader, [allow('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication')]),
  leaderRole('kube-controller-manager'),
  leaderRole('kube-scheduler'),
  role(system, 'system:controller:token-cleaner', [allow('delete get list watch', 'core', 'secrets')]),
  role(system, 'system:controller:bootstrap-signer', [allow('get list watch', 'core', 'secrets')]),
  role('kube-public', 'system:controller:bootstrap-signer', [
    allow('get list watch', 'core', 'configmaps'),
    allow('update', 'core', 'configmaps', 'cluster-info'),
    allow('create patch update', 'core', 'events'),
  ]),
];

export const namespacedBindings = (): AnyObject[] => [
  binding(system, configReader, [user(controllerProcess), user(scheduler)], `system::${configReader}`),
  binding(system, 'system::leader-locking-kube-controller-manager', [
    user(controllerProcess),
    systemAccount('kube-controller-manager'),
  ]),
  binding(system, 'system::leader-locking-kube-scheduler', [user(scheduler), systemAccount('kube-scheduler')]),
  binding(system, 'system:controller:token-cleaner', [systemAccount('token-cleaner')]),
  binding(system, 'system:controller:bootstrap-signer', [systemAccount('bootstrap-signer')]),
  binding('kube-public', 'system:controller:bootstrap-signer', [systemAccount('bootstrap-signer')]),
];
