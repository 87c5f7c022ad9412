/** A pod's quality of service: how surely it keeps what it asked for when its node runs short. */
import { compare, type Quantity, tryParse } from '../../quantity.js';
import type { Container, PodSpec } from '../../types.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;

const amount = (amounts: Record<string, string> | undefined, name: string): Quantity | undefined => {
  const quantity = tryParse(amounts?.[name]);
  return quantity && quantity.nanos > 0n ? quantity : undefined;
};

function isGuaranteed(resources: Container['resources']): boolean {
  return counted.every(name => {
    const limit = amount(resources?.limits, name);
    const request = amount(resources?.requests, name) ?? limit;
    return limit !== undefined && request !== undefined && compare(limit, request) === 0;
  });
}

const asksForSomething = (resources: Container['resources']): boolean =>
  counted.some(name => amount(resources?.limits, name) ?? amount(resources?.requests, name));

/** Guaranteed: all containers have equal limits and requests of both; BestEffort: none has any. */
export function qosClass(spec: PodSpec): QosClass {
  // Resources of the pod as a whole, where given, speak for its containers.
  const podLevel = spec.resources && asksForSomething(spec.resources) ? [spec.resources] : undefined;
  const all = podLevel ?? [...(spec.initContainers ?? []), ...spec.containers].map(container => container.resources);
  if (!all.some(asksForSomething)) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}
