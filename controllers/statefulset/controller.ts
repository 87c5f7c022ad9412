/**
 * A StatefulSet promises pods that keep who they are: web-0, web-1, ..., each with its own claims, which a new pod of the
 * same name finds again. They are made one after the other, each once those before it serve, and go in the reverse order
 * (or all at once, where the set says Parallel). A new template reaches them from the last to the first, down to the
 * partition, as fast as they serve again; what was is kept in ControllerRevisions. Claims outlive pods and set, unless
 * the retention policy gives them to one of the two. No two pods of one name ever exist: a place is taken until its pod is gone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ControllerRevision, KubeObject, Pod, StatefulSet } from '../../api/types.js';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../client/resources.js';
import type { Context, Controller } from '../../client/runtime/controller.js';
import { named, nameOf, ownKey } from '../keys.js';
import { claim } from '../owned.js';
import { candidatesOf, claimsOf, ownerIndexes, ownersOf } from '../ownership.js';
import { isTerminating, matchesSelector } from '../pod-state.js';
import { except, isNotFound } from '../refusals.js';
import { type History, settleHistory } from '../revisions/history.js';
import { superfluous, templateOf } from '../revisions/plan.js';
import { inBatches } from '../slow-start.js';
import { isMember } from './names.js';
import { perform, settleClaims } from './perform.js';
import { planFor } from './plan.js';
import { revisionOf } from './pods.js';
import type { Revisions } from './status.js';

const matches = (set: StatefulSet, child: KubeObject): boolean =>
  matchesSelector(set.spec?.selector, child.metadata.labels);
const matchesPod = (set: StatefulSet, pod: KubeObject): boolean => matches(set, pod) && isMember(set, pod as Pod);

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  workers: 5,
  sources: [
    { resource: statefulSets, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) =>
        [before, now].flatMap(pod => (pod ? ownersOf(pod, statefulSets, matchesPod, read) : [])),
      indexes: ownerIndexes,
    },
    { resource: controllerRevisions, keysFor: () => [], indexes: ownerIndexes },
    { resource: persistentVolumeClaims, keysFor: () => [] },
  ],

  async reconcile(key, context) {
    const { clock, read, write } = context;
    const set = read.get(statefulSets, nameOf(key));
    if (!set) return undefined;
    const claims = claimsOf(set, candidatesOf(set, pods, read), pod => matchesPod(set, pod));
    await claim(pods, claims, statefulSets, set, write);
    const history = isTerminating(set) ? undefined : await settleHistory(set, statefulSets, read, write);
    const revisions = revisionsOf(set, history);
    const plan = planFor(set, claims.mine, revisions, clock.now());
    await settleClaims(set, claims.mine, plan.condemned, context);
    const remembered = history?.all.find(one => one.metadata.name === revisions.current) ?? history?.current;
    const templates = {
      current: { name: revisions.current, template: remembered && templateOf(remembered) },
      update: { name: revisions.update, template: set.spec?.template },
    };
    const error = await inBatches(plan.steps, step => perform(set, step, templates, context));
    if (!isDeepStrictEqual(plan.status, set.status)) {
      await write.updateStatus(statefulSets, { ...set, status: plan.status }).catch(except(isNotFound));
    }
    if (error) throw error;
    if (history) await forget(set, history, claims.mine, plan.status, context);
    return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };
  },
};

/** The current revision is the one that the status names, for as long as it is remembered. */
function revisionsOf({ status }: StatefulSet, history: History | undefined): Revisions {
  const { currentRevision = '', updateRevision = '', collisionCount = 0 } = status ?? {};
  if (!history) return { current: currentRevision, update: updateRevision, collisionCount };
  const update = history.current.metadata.name ?? '';
  const isKnown = history.all.some(({ metadata }) => metadata.name === currentRevision);
  return { current: isKnown ? currentRevision : update, update, collisionCount: history.collisionCount };
}

async function forget(
  set: StatefulSet,
  { all, current }: History,
  mine: readonly Pod[],
  status: NonNullable<StatefulSet['status']>,
  { write }: Context,
): Promise<void> {
  const used = new Set([current.metadata.name, status.currentRevision, set.status?.currentRevision]);
  for (const pod of mine) used.add(revisionOf(pod));
  const isLive = ({ metadata }: ControllerRevision): boolean => used.has(metadata.name);
  for (const revision of superfluous(set, all, isLive)) await write.delete(controllerRevisions, named(revision));
}
