/**
 * A DaemonSet promises a pod on each node that it selects and whose taints it tolerates (those of a node in trouble it
 * always does), and none elsewhere. Each pod is made for its node, and the scheduler puts it there. A new template
 * reaches the pods node by node: old ones go while no more are missing than may be, or new ones come beside them; or
 * only when somebody deletes them. A pod that ended is replaced, later and later where that happens again and again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ControllerRevision, DaemonSet, KubeObject, Node, Pod, PodSpec } from '../../api/types.js';
import { controllerRevisions, daemonSets, nodes, pods } from '../../client/resources.js';
import type { Context, Controller, Reader } from '../../client/runtime/controller.js';
import { Backoffs } from '../backoffs.js';
import { keyOf, named, nameOf, ownKey } from '../keys.js';
import { claim } from '../owned.js';
import { createPod, deletePod, podFrom } from '../owned-pods.js';
import { candidatesOf, claimsOf, ownerIndexes, ownersOf } from '../ownership.js';
import { isTerminating, matchesSelector } from '../pod-state.js';
import { except, isNamespaceGoing, isNotFound } from '../refusals.js';
import { type History, settleHistory } from '../revisions/history.js';
import { revisionHashLabel, superfluous } from '../revisions/plan.js';
import { asError, inBatches } from '../slow-start.js';
import { specFor, verdictOn } from './placement.js';
import { type Plan, planFor } from './plan.js';

/** No more pods than this are made or deleted in one turn. */
const burst = 250;
const endedBackoff = { initialMs: 1_000, maxMs: 15 * 60_000 };

const matches = (set: DaemonSet, child: KubeObject): boolean =>
  matchesSelector(set.spec?.selector, child.metadata.labels);

export function daemonSetController(): Controller {
  const backoffs = new Backoffs(endedBackoff);
  return {
    name: 'daemon-set-controller',
    workers: 2,
    sources: [
      { resource: daemonSets, keysFor: ownKey },
      {
        resource: pods,
        keysFor: (now, before, read) =>
          [before, now].flatMap(pod => (pod ? ownersOf(pod, daemonSets, matches, read) : [])),
        indexes: ownerIndexes,
      },
      { resource: controllerRevisions, keysFor: () => [], indexes: ownerIndexes },
      { resource: nodes, keysFor: keysForNode },
    ],

    async reconcile(key, context) {
      const { clock, read, write } = context;
      const set = read.get(daemonSets, nameOf(key));
      if (!set || isTerminating(set)) return undefined;
      const claims = claimsOf(set, candidatesOf(set, pods, read), pod => matches(set, pod));
      await claim(pods, claims, daemonSets, set, write);
      const history = await settleHistory(set, daemonSets, read, write);
      const hashes = new Set([history.current, ...history.duplicates].map(hashOf));
      const { collisionCount } = history;
      const seen = { set, nodes: read.list(nodes), pods: claims.mine, hashes, collisionCount, now: clock.now() };
      const plan = planFor(seen);
      const { error, waitMs } = await carryOut(set, plan, hashOf(history.current), backoffs, context);
      if (!isDeepStrictEqual(plan.status, set.status)) {
        await write.updateStatus(daemonSets, { ...set, status: plan.status }).catch(except(isNotFound));
      }
      if (error) throw error;
      await forget(set, history, claims.mine, context);
      const next = Math.min(plan.lookAgainAfterMs ?? Number.POSITIVE_INFINITY, waitMs);
      return Number.isFinite(next) ? { requeueAfterMs: next } : undefined;
    },
  };
}

const hashOf = ({ metadata }: ControllerRevision): string =>
  metadata.labels?.[revisionHashLabel] ?? metadata.name ?? '';

/** Heartbeats concern nobody; a node that comes, goes, or is labelled or tainted those whose mind it changes. */
function keysForNode(now: Node | undefined, before: Node | undefined, read: Reader): string[] {
  const place = (node: Node | undefined) => node && [node.metadata.labels, node.spec?.taints];
  if (isDeepStrictEqual(place(now), place(before))) return [];
  const verdict = (node: Node | undefined, set: DaemonSet) => node && verdictOn(node, set);
  return read
    .list(daemonSets)
    .filter(set => !isDeepStrictEqual(verdict(now, set), verdict(before, set)))
    .map(keyOf);
}

async function carryOut(set: DaemonSet, plan: Plan, hash: string, backoffs: Backoffs, context: Context) {
  const { clock, write } = context;
  const created = await inBatches(plan.create.slice(0, burst), node =>
    createPod(podFor(set, node, hash), set, write).catch(except(isNamespaceGoing)),
  );
  const now = clock.now();
  const waits = plan.ended.map(({ pod, node }) => {
    const key = `${set.metadata.uid}/${set.status?.observedGeneration}/${node}`;
    const waitMs = backoffs.remainingMs(key, now);
    if (waitMs > 0) return waitMs;
    backoffs.failed(key, now);
    tellOfEnded(set, pod, node, context);
    return pod;
  });
  const ended = waits.filter((one): one is Pod => typeof one !== 'number');
  const deletions = [...plan.delete, ...ended].slice(0, burst).map(pod => deletePod(pod, set, write));
  const failed = (await Promise.allSettled(deletions)).find(result => result.status === 'rejected');
  const waitMs = Math.min(...waits.filter(one => typeof one === 'number'));
  return { error: created ?? (failed && asError(failed.reason)), waitMs };
}

function tellOfEnded(set: DaemonSet, pod: Pod, node: string, { write }: Context): void {
  const where = `daemon pod ${keyOf(pod)} on node ${node}`;
  if (pod.status?.phase === 'Failed') {
    write.event(set, 'Warning', 'FailedDaemonPod', `Found failed ${where}, will try to kill it`);
  } else write.event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${where}, will try to delete it`);
}

const generationAnnotation = 'deprecated.daemonset.template.generation';

function podFor(set: DaemonSet, node: string, hash: string): Pod {
  const pod = podFrom(set.spec?.template, set);
  const generation = set.metadata.annotations?.[generationAnnotation];
  const labels = {
    ...pod.metadata.labels,
    [revisionHashLabel]: hash,
    ...(generation === undefined ? {} : { 'pod-template-generation': generation }),
  };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec: specFor(pod.spec ?? ({} as PodSpec), node) };
}

async function forget(set: DaemonSet, { all, current }: History, mine: readonly Pod[], { write }: Context) {
  const used = new Set([hashOf(current), ...mine.map(pod => pod.metadata.labels?.[revisionHashLabel] ?? '')]);
  for (const revision of superfluous(set, all, one => used.has(hashOf(one)))) {
    await write.delete(controllerRevisions, named(revision));
  }
}
