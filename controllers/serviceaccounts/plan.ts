/** What a namespace lacks of what every namespace has. Pure: see controller.ts for the promise. */
import type { Namespace, ServiceAccount } from '../../api/types.js';
import { isTerminating } from '../pod-state.js';

/** The account to create; undefined when it is there, or the namespace is on its way out. */
export function planFor(namespace: Namespace, existing: ServiceAccount | undefined): ServiceAccount | undefined {
  if (existing || isTerminating(namespace)) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: namespace.metadata.name ?? '' },
  };
}
