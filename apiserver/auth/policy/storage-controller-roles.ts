/** The loops around volumes and claims. */
import type { PolicyRule } from '../../../api/types.js';
import { allow, read, writeEvents } from './rule.js';

export const storageControllerRules: Record<string, PolicyRule[]> = {
  'attachdetach-controller': [
    allow('list watch', 'core', 'persistentvolumeclaims persistentvolumes'),
    allow(read, 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('list watch', 'core', 'pods'),
    allow('create delete get list watch', 'storage.k8s.io', 'volumeattachments'),
    allow(read, 'storage.k8s.io', 'csidrivers csinodes'),
    writeEvents,
  ],
  'ephemeral-volume-controller': [
    allow(read, 'core', 'pods'),
    allow('update', 'core', 'pods/finalizers'),
    allow('create get list watch', 'core', 'persistentvolumeclaims'),
    writeEvents,
  ],
  'expand-controller': [
    allow('get list patch update watch', 'core', 'persistentvolumes'),
    allow('patch update', 'core', 'persistentvolumeclaims/status'),
    allow(read, 'core', 'persistentvolumeclaims'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
    writeEvents,
  ],
  'persistent-volume-binder': [
    allow('create delete get list update watch', 'core', 'persistentvolumes'),
    allow('update', 'core', 'persistentvolumes/status'),
    allow('get list update watch', 'core', 'persistentvolumeclaims'),
    allow('update', 'core', 'persistentvolumeclaims/status'),
    // Recycling a volume is done by a pod, whose events say how it went.
    allow('create delete get list watch', 'core', 'pods'),
    allow('watch', 'core', 'events'),
    allow(read, 'storage.k8s.io', 'storageclasses'),
    allow('get list', 'core', 'nodes'),
    writeEvents,
  ],
  'pv-protection-controller': [allow('get list update watch', 'core', 'persistentvolumes'), writeEvents],
  'pvc-protection-controller': [
    allow('get list update watch', 'core', 'persistentvolumeclaims'),
    allow(read, 'core', 'pods'),
    writeEvents,
  ],
  'resource-claim-controller': [
    allow(read, 'core', 'pods'),
    allow('update', 'core', 'pods/finalizers'),
    allow('create delete get list watch', 'resource.k8s.io', 'resourceclaims'),
    allow(read, 'resource.k8s.io', 'resourceclaimtemplates'),
    allow('patch update', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
    allow('patch update', 'core', 'pods/status'),
    writeEvents,
  ],
  'volumeattributesclass-protection-controller': [
    allow('get list update watch', 'storage.k8s.io', 'volumeattributesclasses'),
    allow(read, 'core', 'persistentvolumeclaims persistentvolumes'),
    writeEvents,
  ],
};
