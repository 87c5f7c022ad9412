/**
 * A pod leaves a node that has a NoExecute taint: at once when it does not tolerate it, after tolerationSeconds when it
 * tolerates it for so long, never when it tolerates it for good. When the taint is lifted before, the pod stays. The
 * pod is told why by its condition DisruptionTarget, and then deleted gracefully; whoever owns it makes another.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Node, Pod, Taint } from '../../api/types.js';
import { nodes, pods } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { markDisrupted } from '../disruption-target.js';
import { keyOf, named, nameOf } from '../keys.js';
import { evictingTaints, evictionTime } from './plan.js';

const disruption = {
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};

export function taintEvictionController(): Controller {
  /** For taints that carry no time: when each was first seen, by node and taint. */
  const firstSeen = new Map<string, number>();
  const sinceOf = (node: Node, now: number) => (taint: Taint) => {
    const key = `${node.metadata.uid} ${taint.key}=${taint.value ?? ''}`;
    const since = firstSeen.get(key) ?? now;
    firstSeen.set(key, since);
    return since;
  };
  const forget = (node: Node | undefined): void => {
    for (const key of firstSeen.keys()) if (key.startsWith(`${node?.metadata.uid} `)) firstSeen.delete(key);
  };
  return {
    name: 'taint-eviction-controller',
    workers: 8,
    sources: [
      {
        resource: nodes,
        keysFor: (now, before, read) => {
          if (isDeepStrictEqual(evictingTaints(now), evictingTaints(before))) return [];
          if (evictingTaints(now).length === 0) forget(before);
          return read.byIndex(pods, 'node', (now ?? before)?.metadata.name ?? '').map(keyOf);
        },
      },
      {
        resource: pods,
        keysFor: (now, before) => (now && !isDeepStrictEqual(concern(now), concern(before)) ? [keyOf(now)] : []),
        indexes: { node: (pod: Pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) },
      },
    ],

    async reconcile(key, { read, write, clock }) {
      const pod = read.get(pods, nameOf(key));
      const node = pod?.spec?.nodeName ? read.get(nodes, { name: pod.spec.nodeName }) : undefined;
      if (!pod || !node) return undefined;
      const at = evictionTime(pod, evictingTaints(node), sinceOf(node, clock.now()));
      if (at === Number.POSITIVE_INFINITY) return undefined;
      if (at > clock.now()) return { requeueAfterMs: at - clock.now() };
      write.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      await markDisrupted(pod, disruption, clock.now(), write);
      await write.delete(pods, named(pod), { preconditions: { uid: pod.metadata.uid ?? '' } });
      return undefined;
    },
  };
}

const concern = (pod: Pod | undefined) => [pod?.metadata.uid, pod?.spec?.nodeName, pod?.spec?.tolerations];
