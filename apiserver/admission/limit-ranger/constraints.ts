/** What a LimitRange has against a pod or a claim, in Kubernetes' words. */
import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import { add, compare, format, parse, type Quantity, tryParse } from '../../../api/quantity.js';
import type { Container, LimitRange, PersistentVolumeClaim, Pod } from '../../../api/types.js';

type Item = NonNullable<LimitRange['spec']>['limits'][number];
type Amounts = ReadonlyMap<string, Quantity>;

interface Asked {
  requests: Amounts;
  limits: Amounts;
}

const zero: Quantity = { nanos: 0n, format: 'DecimalSI' };

function read(amounts: Record<string, string> | undefined): Amounts {
  const known = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(amounts ?? {})) {
    const quantity = tryParse(text);
    if (quantity) known.set(name, quantity);
  }
  return known;
}

const askedBy = ({ resources }: Pick<Container, 'resources'>): Asked => ({
  requests: read(resources?.requests),
  limits: read(resources?.limits),
});

type Complaint = string | undefined;

function belowMin(type: string, name: string, least: Quantity, { requests, limits }: Asked): Complaint {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const rule = `minimum ${name} usage per ${type} is ${format(least)}`;
  if (!request) return `${rule}.  No request is specified`;
  if (compare(request, least) < 0) return `${rule}, but request is ${format(request)}`;
  return limit && compare(limit, least) < 0 ? `${rule}, but limit is ${format(limit)}` : undefined;
}

function aboveMax(type: string, name: string, most: Quantity, { requests, limits }: Asked): Complaint {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const rule = `maximum ${name} usage per ${type} is ${format(most)}`;
  if (!limit) return `${rule}.  No limit is specified`;
  if (compare(limit, most) > 0) return `${rule}, but limit is ${format(limit)}`;
  return request && compare(request, most) > 0 ? `${rule}, but request is ${format(request)}` : undefined;
}

/** A claim has requests only. */
function requestAboveMax(type: string, name: string, most: Quantity, { requests }: Asked): Complaint {
  const request = requests.get(name);
  const rule = `maximum ${name} usage per ${type} is ${format(most)}`;
  if (!request) return `${rule}.  No request is specified`;
  return compare(request, most) > 0 ? `${rule}, but request is ${format(request)}` : undefined;
}

function aboveRatio(type: string, name: string, most: Quantity, { requests, limits }: Asked): Complaint {
  const [request = zero, limit = zero] = [requests.get(name), limits.get(name)];
  const rule = `${name} max limit to request ratio per ${type} is ${format(most)}`;
  if (request.nanos === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit.nanos === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = Number(limit.nanos) / Number(request.nanos);
  return ratio * 1e9 > Number(most.nanos) ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

type Rule = (type: string, name: string, bound: Quantity, asked: Asked) => Complaint;

const judge = (item: Item, asked: Asked, rules: [Record<string, string> | undefined, Rule][]): string[] =>
  rules.flatMap(([bounds, rule]) =>
    Object.entries(bounds ?? {}).flatMap(([name, text]) => rule(item.type, name, parse(text), asked) ?? []),
  );

/** What all of these have said; a resource about which one of them is silent has no sum. */
function sum(all: readonly Amounts[]): Map<string, Quantity> {
  const [first, ...others] = all;
  const total = new Map<string, Quantity>();
  for (const [name, amount] of first ?? []) {
    if (!others.every(amounts => amounts.has(name))) continue;
    total.set(
      name,
      others.reduce((so, amounts) => add(so, amounts.get(name) ?? zero), amount),
    );
  }
  return total;
}

/** Init containers run one after the other: of them the largest counts, where that is more than all the others. */
function withInit(running: Amounts, init: readonly Amounts[]): Amounts {
  const total = new Map(running);
  for (const amounts of init) {
    for (const [name, amount] of amounts) {
      const present = total.get(name);
      if (!present || compare(amount, present) > 0) total.set(name, amount);
    }
  }
  return total;
}

function askedByPod({ spec }: Pod): Asked {
  const init = spec?.initContainers ?? [];
  const running = [...(spec?.containers ?? []), ...init.filter(isRestartableInit)].map(askedBy);
  const before = init.filter(container => !isRestartableInit(container)).map(askedBy);
  const of = (part: 'requests' | 'limits'): Amounts =>
    withInit(
      sum(running.map(asked => asked[part])),
      before.map(asked => asked[part]),
    );
  return { requests: of('requests'), limits: of('limits') };
}

export function judgePod(pod: Pod, range: LimitRange): string[] {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map(askedBy);
  return (range.spec?.limits ?? []).flatMap(item => {
    const whom = item.type === 'Container' ? containers : item.type === 'Pod' ? [askedByPod(pod)] : [];
    return whom.flatMap(asked =>
      judge(item, asked, [
        [item.min, belowMin],
        [item.max, aboveMax],
        [item.maxLimitRequestRatio, aboveRatio],
      ]),
    );
  });
}

export function judgeClaim(claim: PersistentVolumeClaim, range: LimitRange): string[] {
  const asked: Asked = { requests: read(claim.spec?.resources?.requests), limits: new Map() };
  return (range.spec?.limits ?? [])
    .filter(item => item.type === 'PersistentVolumeClaim')
    .flatMap(item =>
      judge(item, asked, [
        [item.min, belowMin],
        [item.max, requestAboveMax],
      ]),
    );
}
