/** The APIServices of what this server serves itself: everybody sees them, nobody needs to make them. Pure. */
import { apiServiceName } from '../../api/kinds/apiservice.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import type { APIService } from '../../api/types.js';

/** Marks those that the server keeps: 'onstart' for what it is built with, 'true' for what comes and goes. */
export const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

type Spec = NonNullable<APIService['spec']>;

/** By group: where it stands among groups; by group and version: where that stands in its group. */
const groupPriority: Record<string, number> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'resource.k8s.io': 15900,
};
const versionPriority: Record<string, number> = { v1: 1, 'autoscaling/v2': 30 };

/** Custom resources come after all that Kubernetes brings. */
const custom: Pick<Spec, 'groupPriorityMinimum' | 'versionPriority'> = {
  groupPriorityMinimum: 1000,
  versionPriority: 100,
};
const usual = 15;
const beta = 12;

function specOf(row: KindRow): Spec {
  const { group, version } = row;
  const name = { ...(group === '' ? {} : { group }), version };
  if (row.custom) return { ...name, ...custom };
  return {
    ...name,
    groupPriorityMinimum: groupPriority[group] ?? custom.groupPriorityMinimum,
    versionPriority: versionPriority[apiVersionOf(row)] ?? (version.includes('beta') ? beta : usual),
  };
}

const available = (at: string): NonNullable<APIService['status']> => ({
  conditions: [
    {
      type: 'Available',
      status: 'True',
      reason: 'Local',
      message: 'Local APIServices are always available',
      lastTransitionTime: at,
    },
  ],
});

/** Registers itself in no list of its own, as in Kubernetes. */
const ownGroup = 'apiregistration.k8s.io';

/** By name. `at` is when they became available. */
export function localServices(rows: readonly KindRow[], at: string): Map<string, APIService> {
  const services = new Map<string, APIService>();
  for (const row of rows) {
    const name = apiServiceName(row);
    if (row.group === ownGroup || services.has(name)) continue;
    services.set(name, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name, labels: { [managedLabel]: row.custom ? 'true' : 'onstart' } },
      spec: specOf(row),
      status: available(at),
    });
  }
  return services;
}
