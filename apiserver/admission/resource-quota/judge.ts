/** What a quota says to a change: nothing, a refusal, or how much of it is used from now on. Pure. */
import { compare } from '../../../api/quantity.js';
import { type Amounts, increase, only, read, shown, sum, written, zero } from '../../../api/quota/amounts.js';
import { silentAbout } from '../../../api/quota/pods.js';
import { type Counted, isInScope, usageOf } from '../../../api/quota/usage.js';
import type { AnyObject, Pod, ResourceQuota } from '../../../api/types.js';

export interface Change {
  kind: Counted;
  object: AnyObject;
  /** Absent: the object is new. */
  old?: AnyObject;
}

export type Judgement =
  | { kind: 'none' }
  | { kind: 'refused'; why: string }
  /** The quota with what is used when the change is made. */
  | { kind: 'used'; quota: ResourceQuota };

const nothing: Amounts = new Map();

export function judge(quota: ResourceQuota, { kind, object, old }: Change): Judgement {
  const limited = new Set(Object.keys(quota.status?.hard ?? {}));
  const now = isInScope(quota, kind, object) ? usageOf(kind, object) : nothing;
  const before = old && isInScope(quota, kind, old) ? usageOf(kind, old) : nothing;
  const concerned = new Set([...limited].filter(name => now.has(name) || isComputeOf(kind, name, now)));
  if (concerned.size === 0) return { kind: 'none' };
  const { name = '' } = quota.metadata;
  if (kind.group === '' && kind.resource === 'pods' && !old) {
    const silent = silentAbout(object as unknown as Pod, concerned);
    if (silent !== '') return { kind: 'refused', why: `failed quota: ${name}: must specify ${silent}` };
  }
  const more = only(increase(now, before), concerned);
  if (more.size === 0) return { kind: 'none' };
  return spend(quota, name, more);
}

/** What is used beyond what was before. */
export const increaseOf = ({ kind, object, old }: Change): Amounts =>
  increase(usageOf(kind, object), old ? usageOf(kind, old) : nothing);

/** CPU and memory are a pod's business even when it says nothing of them. */
const isComputeOf = ({ group, resource }: Counted, name: string, now: Amounts): boolean =>
  group === '' && resource === 'pods' && now.has('pods') && /^(requests\.|limits\.)?(cpu|memory)$/.test(name);

function spend(quota: ResourceQuota, name: string, more: Amounts): Judgement {
  const [hard, used] = [read(quota.status?.hard), read(quota.status?.used)];
  const names = new Set(more.keys());
  const unknown = [...names].filter(resource => !hard.has(resource) || !used.has(resource));
  if (unknown.length > 0) {
    return { kind: 'refused', why: `status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}` };
  }
  const next = sum([used, more]);
  const exceeded = new Set(
    [...names].filter(resource => compare(next.get(resource) ?? zero, hard.get(resource) ?? zero) > 0),
  );
  if (exceeded.size > 0) {
    const of = (amounts: Amounts): string => shown(only(amounts, exceeded));
    const why = `exceeded quota: ${name}, requested: ${of(more)}, used: ${of(used)}, limited: ${of(hard)}`;
    return { kind: 'refused', why };
  }
  return { kind: 'used', quota: { ...quota, status: { ...quota.status, used: written(next) } } };
}
