/** What of a quota is used: everything in its namespace that it counts, added up. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { only, read, sum, written, zero } from '../../api/quota/amounts.js';
import { type Counted, isInScope, usageOf } from '../../api/quota/usage.js';
import type { AnyObject, ResourceQuota } from '../../api/types.js';

export interface Found {
  kind: Counted;
  objects: readonly AnyObject[];
}

/** The quota with its status as it should be; undefined when it is so already. */
export function planFor(quota: ResourceQuota, found: readonly Found[]): ResourceQuota | undefined {
  const hard = read(quota.spec?.hard);
  const usages = found.flatMap(({ kind, objects }) =>
    objects.filter(object => isInScope(quota, kind, object)).map(object => usageOf(kind, object)),
  );
  const total = sum(usages);
  const used = only(new Map([...hard.keys()].map(name => [name, total.get(name) ?? zero])), new Set(hard.keys()));
  const status = { hard: written(hard), used: written(used) };
  return isDeepStrictEqual(status, quota.status) ? undefined : { ...quota, status };
}
