/**
 * Each ResourceQuota says what of it is used. When something is made the API server adds to that itself; this loop counts
 * anew when a quota's limits change, when pods end, when services and claims change, when what a quota counts goes, and
 * now and then for the rest.
 */
import { isDeepStrictEqual } from 'node:util';
import { mayRun } from '../../api/quota/pods.js';
import { type Counted, kindsCountedBy } from '../../api/quota/usage.js';
import type { AnyObject, KubeObject, Pod, ResourceQuota } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { persistentVolumeClaims, pods, resourceQuotas, services } from '../../client/resources.js';
import type { Controller, Reader, Source } from '../../client/runtime/controller.js';
import type { Discovered } from '../discovery.js';
import { isCollected } from '../gc/controller.js';
import { keyOf, nameOf, ownKey } from '../keys.js';
import { type Found, planFor } from './plan.js';

/** For custom kinds, and for what was added for an object that was then refused. */
const recountMs = 30_000;

/**
 * Not what the API server adds to the status: it does so before the object is stored, and a count that began then would
 * miss the object, and take back what was added for it.
 */
const ofLimits = (now: ResourceQuota | undefined, before: ResourceQuota | undefined): string[] =>
  now && before && isDeepStrictEqual(now.spec, before.spec) ? [] : ownKey(now, before);

/** The quotas of the namespace in which something ended or went: only then is less used than the status says. */
const quotasFor = (object: KubeObject, read: Reader): ResourceQuota[] =>
  read.list(resourceQuotas, object.metadata.namespace);
const quotasOf = (object: KubeObject | undefined, read: Reader): string[] =>
  object ? quotasFor(object, read).map(keyOf) : [];

const ended = (now: Pod | undefined, before: Pod | undefined): boolean =>
  before !== undefined && mayRun(before) && (now === undefined || !mayRun(now));

/** Kinds that can take more or less as they live. */
const measured: readonly Source[] = [
  { resource: resourceQuotas, keysFor: ofLimits },
  { resource: pods, keysFor: (now, before, read) => (ended(now, before) || !now ? quotasOf(before, read) : []) },
  { resource: services, keysFor: (now, before, read) => (before ? quotasOf(now ?? before, read) : []) },
  { resource: persistentVolumeClaims, keysFor: (now, before, read) => (before ? quotasOf(now ?? before, read) : []) },
];

/**
 * The kinds of Kubernetes itself: the garbage collector holds them in the caches that all loops share. A custom kind
 * whose list fails would keep this loop from its start.
 */
const isBuiltIn = ({ group }: Discovered): boolean => !group.includes('.') || group.endsWith('.k8s.io');

/** Kinds of which only the number counts: of one that goes the quotas that count it hear. */
const others = (served: readonly Discovered[], known: readonly Source[]): Source[] =>
  served
    .filter(
      one =>
        one.namespaced && isCollected(one) && isBuiltIn(one) && !known.some(({ resource }) => isSame(one, resource)),
    )
    .map(resource => ({
      resource,
      keysFor: (now, before, read) =>
        now || !before
          ? []
          : quotasFor(before, read)
              .filter(quota => counts(quota, resource))
              .map(keyOf),
    }));

const isSame = (a: Resource, b: Resource): boolean => a.group === b.group && a.plural === b.plural;

const counts = ({ spec }: ResourceQuota, { group, plural }: Resource): boolean =>
  kindsCountedBy(Object.keys(spec?.hard ?? {})).some(kind => kind.group === group && kind.resource === plural);

/** `served` are the kinds that can be counted; `client` lists them. */
export const resourceQuotaController = (client: Pick<Client, 'list'>, served: readonly Discovered[]): Controller => ({
  name: 'resourcequota-controller',
  workers: 5,
  resyncMs: recountMs,
  sources: [...measured, ...others(served, measured)],
  async reconcile(key, { read, write, signal }) {
    const quota = read.get(resourceQuotas, nameOf(key));
    if (!quota) return undefined;
    const namespace = quota.metadata.namespace ?? '';
    const kinds = kindsCountedBy(Object.keys(quota.spec?.hard ?? {}));
    const found: Found[] = await Promise.all(
      kinds.map(async kind => ({ kind, objects: await list(client, served, kind, namespace, signal) })),
    );
    const next = planFor(quota, found);
    if (next) await write.updateStatus(resourceQuotas, next);
    return undefined;
  },
});

/** Live, not from a cache: what the API server added meanwhile must not be taken back. */
async function list(
  client: Pick<Client, 'list'>,
  served: readonly Discovered[],
  kind: Counted,
  namespace: string,
  signal: AbortSignal,
): Promise<AnyObject[]> {
  const resource = served.find(one => one.group === kind.group && one.plural === kind.resource && one.namespaced);
  if (!resource?.verbs.includes('list')) return [];
  const { items } = await client.list(resource, { namespace, signal });
  return items as AnyObject[];
}
