/** The APIServices of what this server serves itself: everybody sees them, nobody needs to make them. Pure. */
import { apiServiceName } from '../../api/kinds/apiservice.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { APIService } from '../../api/types.js';
import { groupPriorityOf, versionPriorityOf } from '../discovery/priority.js';

/** Marks those that the server keeps: 'onstart' for what it is built with, 'true' for what comes and goes. */
export const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

type Spec = NonNullable<APIService['spec']>;

const specOf = (row: KindRow): Spec => ({
  ...(row.group === '' ? {} : { group: row.group }),
  version: row.version,
  groupPriorityMinimum: groupPriorityOf(row),
  versionPriority: versionPriorityOf(row),
});

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
