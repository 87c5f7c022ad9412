/** The quality of service that follows from requests and limits. Pure. */
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;
type Amounts = Record<string, string> | undefined;

const isSet = (amount: string | undefined): boolean => amount !== undefined && quantity.parse(amount).nanos > 0n;

/** Guaranteed when every container limits cpu and memory and requests just that; BestEffort when none says anything. */
export function qosClass(pod: Pod): QosClass {
  const { containers: main = [], initContainers = [], resources } = pod.spec ?? {};
  // What the pod says of itself stands for all of its containers.
  const containers = resources ? [{ name: '', resources }] : [...main, ...initContainers];
  const says = (amounts: Amounts): boolean => counted.some(name => isSet(amounts?.[name]));
  if (!containers.some(c => says(c.resources?.requests) || says(c.resources?.limits))) return 'BestEffort';
  const exact = (c: Container): boolean =>
    counted.every(name => {
      const limit = c.resources?.limits?.[name];
      const request = c.resources?.requests?.[name] ?? limit;
      if (limit === undefined || request === undefined || !isSet(limit)) return false;
      return quantity.compare(quantity.parse(limit), quantity.parse(request)) === 0;
    });
  return containers.every(exact) ? 'Guaranteed' : 'Burstable';
}
