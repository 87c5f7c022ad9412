/**
 * Which zeros mean something. On the wire, Go's optional fields (pointers) and plain ones look alike; of plain ones a
 * zero is written always and says "not set", of pointers it was set by somebody. The wire's schema does not tell them
 * apart, so the optional numbers and booleans are named here.
 */
import type { Model } from '../../../api/schema/models.js';

const optional = new Set([
  // pods
  'activeDeadlineSeconds',
  'allowPrivilegeEscalation',
  'automountServiceAccountToken',
  'defaultMode',
  'enableServiceLinks',
  'fsGroup',
  'hostUsers',
  'minDomains',
  'mode',
  'optional',
  'priority',
  'privileged',
  'readOnlyRootFilesystem',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'setHostnameAsFQDN',
  'shareProcessNamespace',
  'started',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
  // services and endpoints
  'allocateLoadBalancerNodePorts',
  'ready',
  'serving',
  'terminating',
  'timeoutSeconds',
  // leases, tokens, deletions, ownership
  'blockOwnerDeletion',
  'controller',
  'deletionGracePeriodSeconds',
  'expirationSeconds',
  'gracePeriodSeconds',
  'immutable',
  'leaseDurationSeconds',
  'leaseTransitions',
  'orphanDependents',
  // claims: without a class is not without a word about it
  'storageClassName',
  // workloads
  'backoffLimit',
  'backoffLimitPerIndex',
  'collisionCount',
  'completions',
  'failedJobsHistoryLimit',
  'manualSelector',
  'maxFailedIndexes',
  'maxSurge',
  'maxUnavailable',
  'minAvailable',
  'minReplicas',
  'parallelism',
  'partition',
  'progressDeadlineSeconds',
  'replicas',
  'revisionHistoryLimit',
  'stabilizationWindowSeconds',
  'startingDeadlineSeconds',
  'succeededCount',
  'successfulJobsHistoryLimit',
  'suspend',
  'terminatingReplicas',
  'ttlSecondsAfterFinished',
]);

/** Plain numbers and booleans in these. */
const plain = new Set(['DeploymentStatus.replicas', 'PersistentVolumeSpec.storageClassName', 'Probe.timeoutSeconds']);

/** Should a zero of this field be kept? Of what the schema requires, always. */
export const keepsZero = (model: Model, field: string): boolean =>
  model.required.includes(field) || (optional.has(field) && !plain.has(`${model.shortName}.${field}`));
