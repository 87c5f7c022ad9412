/** What a pod asks for in all: of its containers, of itself, and for the sandbox around them. Amounts are in nanos. */
import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';

export type Kind = 'requests' | 'limits';

const nanos = (amount: string | undefined): bigint => (amount === undefined ? 0n : quantity.parse(amount).nanos);

/** Of one container; where only a limit is set it is the request as well. */
export function containerAmount({ resources }: Container, kind: Kind, name: string): bigint {
  const { requests, limits } = resources ?? {};
  return nanos(kind === 'limits' ? limits?.[name] : (requests?.[name] ?? limits?.[name]));
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** An init container runs alone, but for the sidecars before it; these run beside the others as well. */
export function inAll(pod: Pod, of: (c: Container) => bigint): bigint {
  let sidecars = 0n;
  let peak = 0n;
  for (const c of pod.spec?.initContainers ?? []) {
    peak = most(peak, sidecars + of(c));
    if (isRestartableInit(c)) sidecars += of(c);
  }
  return most(
    peak,
    (pod.spec?.containers ?? []).reduce((sum, c) => sum + of(c), sidecars),
  );
}

/** The pod's own word counts before the sum of its containers. */
export function podAmount(pod: Pod, kind: Kind, name: string): bigint {
  const { resources, overhead } = pod.spec ?? {};
  const own =
    kind === 'limits' ? resources?.limits?.[name] : (resources?.requests?.[name] ?? resources?.limits?.[name]);
  const sum = own === undefined ? inAll(pod, c => containerAmount(c, kind, name)) : nanos(own);
  // A pod without a limit has none, whatever its sandbox takes.
  return kind === 'limits' && sum === 0n ? 0n : sum + nanos(overhead?.[name]);
}

/** Whether something limits all of the pod: itself, or each of its containers. */
export function isLimited({ spec }: Pod, name: string): boolean {
  if (nanos(spec?.resources?.limits?.[name]) > 0n) return true;
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return all.every(c => nanos(c.resources?.limits?.[name]) > 0n);
}
