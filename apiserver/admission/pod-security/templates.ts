/** Where the kinds that make pods keep the template of them. */
import { getPath } from '../../../api/json.js';
import type { PodTemplateSpec } from '../../../api/types.js';
import type { AdmissionRequest } from '../../contracts.js';

const paths: Readonly<Record<string, string>> = {
  podtemplates: 'template',
  replicationcontrollers: 'spec.template',
  'replicasets.apps': 'spec.template',
  'deployments.apps': 'spec.template',
  'statefulsets.apps': 'spec.template',
  'daemonsets.apps': 'spec.template',
  'jobs.batch': 'spec.template',
  'cronjobs.batch': 'spec.jobTemplate.spec.template',
};

/** Undefined for kinds that make no pods. */
export function templateOf({ row, object }: AdmissionRequest): PodTemplateSpec | undefined {
  const path = paths[row.group === '' ? row.plural : `${row.plural}.${row.group}`];
  return path === undefined || !object ? undefined : (getPath(object, path) as PodTemplateSpec | undefined);
}
