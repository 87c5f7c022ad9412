/** Roles within kube-system and kube-public. */
import type { AnyObject } from '../../../api/types.js';
import { controllerProcess, scheduler } from './identities.js';
import { allow, binding, role, systemAccount, user, writeEvents } from './rule.js';

const system = 'kube-system';
const configReader = 'extension-apiserver-authentication-reader';

/** The ConfigMap by which one of several processes led, before Leases (which their ClusterRoles name). */
const leaderRole = (process: string): AnyObject =>
  role(system, `system::leader-locking-${process}`, [
    allow('watch', 'core', 'configmaps'),
    allow('get update', 'core', 'configmaps', process),
  ]);

export const namespacedRoles = (): AnyObject[] => [
  role(system, configReader, [allow('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication')]),
  leaderRole('kube-controller-manager'),
  leaderRole('kube-scheduler'),
  role(system, 'system:controller:cloud-provider', [allow('create get list watch', 'core', 'configmaps')]),
  role(system, 'system:controller:token-cleaner', [allow('delete get list watch', 'core', 'secrets'), writeEvents]),
  role(system, 'system:controller:bootstrap-signer', [allow('get list watch', 'core', 'secrets')]),
  role('kube-public', 'system:controller:bootstrap-signer', [
    allow('get list watch', 'core', 'configmaps'),
    allow('update', 'core', 'configmaps', 'cluster-info'),
    writeEvents,
  ]),
];

export const namespacedBindings = (): AnyObject[] => [
  binding(system, configReader, [user(controllerProcess), user(scheduler)], `system::${configReader}`),
  binding(system, 'system::leader-locking-kube-controller-manager', [
    user(controllerProcess),
    systemAccount('kube-controller-manager'),
  ]),
  binding(system, 'system::leader-locking-kube-scheduler', [user(scheduler), systemAccount('kube-scheduler')]),
  binding(system, 'system:controller:cloud-provider', [systemAccount('cloud-provider')]),
  binding(system, 'system:controller:token-cleaner', [systemAccount('token-cleaner')]),
  binding(system, 'system:controller:bootstrap-signer', [systemAccount('bootstrap-signer')]),
  binding('kube-public', 'system:controller:bootstrap-signer', [systemAccount('bootstrap-signer')]),
];
