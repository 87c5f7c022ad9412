/** How much of each resource: cpu in millicores, everything else in whole units (bytes, pieces). */
import { parse, toMilli, toNumber } from '../../api/quantity.js';
import type { Container, Pod } from '../../api/types.js';

export type Amounts = Readonly<Record<string, number>>;

type ResourceList = Readonly<Record<string, string>> | undefined | null;

export function amountsOf(list: ResourceList): Record<string, number> {
  const amounts: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(list ?? {})) {
    amounts[name] = name === 'cpu' ? toMilli(parse(quantity)) : toNumber(parse(quantity));
  }
  return amounts;
}

export function plus(a: Amounts, b: Amounts): Record<string, number> {
  const sum = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

function most(a: Amounts, b: Amounts): Record<string, number> {
  const larger = { ...a };
  for (const [name, amount] of Object.entries(b)) larger[name] = Math.max(larger[name] ?? 0, amount);
  return larger;
}

/**
 * What a pod takes of its node. Init containers run one after the other, so the most demanding of them counts, beside
 * the sidecars (init containers that are restarted always) that were started before it; the others run together.
 * Requests of the pod as a whole, where it has them, replace the sums; the runtime's overhead comes on top.
 */
export function requestsOf(pod: Pod, asked: (container: Container) => Amounts = requested): Amounts {
  const spec = pod.spec;
  let sidecars: Record<string, number> = {};
  let initPeak: Record<string, number> = {};
  for (const container of spec?.initContainers ?? []) {
    const own = asked(container);
    if (container.restartPolicy === 'Always') sidecars = plus(sidecars, own);
    initPeak = most(initPeak, container.restartPolicy === 'Always' ? sidecars : plus(sidecars, own));
  }
  let together = sidecars;
  for (const container of spec?.containers ?? []) together = plus(together, asked(container));
  return plus({ ...most(together, initPeak), ...amountsOf(spec?.resources?.requests) }, amountsOf(spec?.overhead));
}

const requested = (container: Container): Amounts => amountsOf(container.resources?.requests);

/** A container that asks for nothing still counts for the choice of node as Kubernetes counts it: 0.1 CPU and 200 MiB. */
export const scoringRequestsOf = (pod: Pod): Amounts =>
  requestsOf(pod, container => ({ cpu: 100, memory: 200 * 1024 * 1024, ...requested(container) }));
