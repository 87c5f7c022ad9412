/**
 * ResourceQuota: no more than a namespace's quotas allow. What is used stands in each quota's status; here it rises, by a
 * write that another one cannot overtake, before the object is stored. What went, or was never stored after all, the
 * quota controller notices when it counts anew.
 */
import { type LimitedResource, uncovered } from '../../../api/quota/limited.js';
import { countName } from '../../../api/quota/usage.js';
import type { ResourceQuota } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { refusal } from '../request.js';
import { type Change, increaseOf, judge } from './judge.js';

/** Writes what `decide` makes of the quota as it is; undefined leaves it. `decide` may be called again, and may throw. */
export type SpendQuota = (
  name: { namespace: string; name: string },
  dryRun: boolean,
  decide: (quota: ResourceQuota) => ResourceQuota | undefined,
) => Promise<void>;

/** Updates that can take more than before; of all other kinds only the number counts. */
const growing = new Set(['count/services', 'count/persistentvolumeclaims', 'count/pods']);

function handles({ operation, row, info }: AdmissionRequest): boolean {
  if (!row.namespaced || row.kind === 'Event' || !row.verbs.includes('list')) return false;
  if (operation === 'CREATE') return info.subresource === '';
  if (operation !== 'UPDATE') return false;
  const kind = countName({ group: row.group, resource: row.plural });
  return growing.has(kind) && (info.subresource === '' || info.subresource === 'resize');
}

export const resourceQuota = (
  lookup: Lookup,
  spend: SpendQuota,
  limited: readonly LimitedResource[] = [],
): AdmissionPlugin => ({
  name: 'ResourceQuota',
  handles,
  async validate(request) {
    const change = changeOf(request);
    if (!change) return;
    const found = lookup.list({ group: '', resource: 'resourcequotas' }, request.info.namespace) as Iterable<unknown>;
    const quotas = [...(found as Iterable<ResourceQuota>)];
    const why = uncovered(limited, quotas, change.kind, change.object, increaseOf(change));
    if (why !== undefined) throw refusal(request, why);
    // All are asked before the first is spent from: a refusal by one must not cost the others.
    const concerned = quotas.filter(quota => used(request, quota, change) !== undefined);
    for (const { metadata } of concerned) {
      const name = { namespace: request.info.namespace, name: metadata.name ?? '' };
      await spend(name, request.dryRun, quota => used(request, quota, change));
    }
  },
});

function changeOf({ row, object, oldObject }: AdmissionRequest): Change | undefined {
  if (!object) return undefined;
  return { kind: { group: row.group, resource: row.plural }, object, ...(oldObject ? { old: oldObject } : {}) };
}

/** Throws Forbidden. */
function used(request: AdmissionRequest, quota: ResourceQuota, change: Change): ResourceQuota | undefined {
  const judgement = judge(quota, change);
  if (judgement.kind === 'refused') throw refusal(request, judgement.why);
  return judgement.kind === 'used' ? judgement.quota : undefined;
}
