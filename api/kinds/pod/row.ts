import type { FieldError } from '../../status.js';
import type { Pod, PodSpec } from '../../types.js';
import { forbiddenField } from '../../validation/errors.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { columns } from './columns.js';
import { defaultPod } from './defaults.js';
import { ephemeralContainers } from './ephemeral.js';
import { qosClass } from './qos.js';
import { resize } from './resize.js';
import { validatePodUpdate } from './update.js';
import { validatePodSpec } from './validate.js';

/**
 * How long a pod gets to end well, in seconds. One that no node has, or that has ended already, needs no time; a
 * negative wish is Kubernetes' way to say "as little as possible".
 */
export function gracePeriod(pod: Pod, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

function fields(pod: Pod): Record<string, string> {
  const { spec, status } = pod;
  return {
    'spec.nodeName': spec?.nodeName ?? '',
    'spec.restartPolicy': spec?.restartPolicy ?? '',
    'spec.schedulerName': spec?.schedulerName ?? '',
    'spec.serviceAccountName': spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec?.hostNetwork ?? false),
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.nominatedNodeName': status?.nominatedNodeName ?? '',
  };
}

/** Debug containers come to a pod that is there, through a subresource of their own. */
const validateCreate = (pod: Pod): FieldError[] =>
  pod.spec?.ephemeralContainers?.length ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')] : [];

/** Set here and not by the scheduler, which leaves such pods alone. */
const gated = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

export const podRow = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  subresources: [
    'status',
    'log',
    'exec',
    'attach',
    'portforward',
    'proxy',
    'binding',
    'eviction',
    'ephemeralcontainers',
    'resize',
  ],
  model: 'V1Pod',
  columns,
  fields,
  defaults: defaultPod,
  prepareCreate(pod) {
    pod.status = { phase: 'Pending' };
    if (pod.spec?.containers) pod.status.qosClass = qosClass(pod.spec);
    if (pod.spec?.schedulingGates?.length) pod.status.conditions = [{ ...gated }];
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: pod => pod.spec,
  gracePeriod,
  validate: pod => validatePodSpec(pod.spec as PodSpec, 'spec'),
  validateCreate,
  validateUpdate: validatePodUpdate,
  parts: { ephemeralcontainers: ephemeralContainers, resize },
});
