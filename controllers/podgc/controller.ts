/**
 * Pods that no kubelet will ever take away are taken away here: those bound to a node that no longer exists (40 s
 * after it went missing, and only when a live read agrees), those deleted before they had a node, those deleted on a
 * node that is out of service, and the oldest of the ended ones beyond 12500. A pod that had not ended is marked
 * Failed first, so that whoever waits for it learns how it ended.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Node, Pod } from '../../api/types.js';
import { nodes, pods } from '../../client/resources.js';
import type { Context, Controller, Outcome } from '../../client/runtime/controller.js';
import { markDisrupted } from '../disruption-target.js';
import { inParallel } from '../in-parallel.js';
import { keyOf, named, nameOf } from '../keys.js';
import { isTerminal, isTerminating } from '../pod-state.js';
import { isOutOfService, surplusOf, type Verdict, verdictOn } from './plan.js';

/** The key of the count of ended pods; no pod's key lacks a slash. */
const endedKey = 'ended';

export function podGarbageCollector(threshold = 12_500): Controller {
  const missingSince = new Map<string, number>();
  return {
    name: 'pod-garbage-collector',
    workers: 5,
    sources: [
      {
        resource: pods,
        keysFor: keysForPod,
        indexes: {
          node: (pod: Pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
          ended: (pod: Pod) => [String(isTerminal(pod))],
        },
      },
      {
        resource: nodes,
        keysFor: (now: Node | undefined, before: Node | undefined, read) => {
          if (now && before && !isOutOfService(now)) return [];
          return read.byIndex(pods, 'node', (now ?? before)?.metadata.name ?? '').map(keyOf);
        },
      },
    ],

    async reconcile(key, context) {
      const { read, clock } = context;
      if (key === endedKey) return removeSurplus(threshold, context);
      const pod = read.get(pods, nameOf(key));
      if (!pod) return undefined;
      const name = pod.spec?.nodeName ?? '';
      const node = read.get(nodes, { name });
      if (node) missingSince.delete(name);
      else if (!missingSince.has(name)) missingSince.set(name, clock.now());
      const verdict = verdictOn(pod, node, missingSince.get(name) ?? 0, clock.now());
      return carryOut(verdict, pod, context);
    },
  };
}

function keysForPod(now: Pod | undefined, before: Pod | undefined): string[] {
  const concern = (pod: Pod | undefined) => pod && [pod.spec?.nodeName, isTerminating(pod), isTerminal(pod)];
  if (!now || isDeepStrictEqual(concern(now), concern(before))) return [];
  return isTerminal(now) ? [keyOf(now), endedKey] : [keyOf(now)];
}

async function carryOut(verdict: Verdict, pod: Pod, context: Context): Promise<Outcome> {
  if (verdict.do === 'keep') return undefined;
  if (verdict.do === 'wait') return { requeueAfterMs: verdict.ms };
  const { write, clock, log } = context;
  const nodeName = pod.spec?.nodeName;
  if (verdict.disruption && nodeName && (await write.getLive(nodes, { name: nodeName }))) return undefined;
  log.info({ pod: keyOf(pod), why: verdict.why }, 'a pod is removed');
  if (verdict.disruption && !isTerminal(pod)) {
    const disruption = { reason: 'DeletionByPodGC', message: verdict.disruption };
    await markDisrupted(pod, disruption, clock.now(), write, { phase: 'Failed' });
  }
  await remove(pod, context);
  return undefined;
}

async function removeSurplus(threshold: number, context: Context): Promise<undefined> {
  const ended = context.read.byIndex(pods, 'ended', 'true').filter(pod => !isTerminating(pod));
  const [error] = await inParallel(surplusOf(ended, threshold), 16, pod => remove(pod, context));
  if (error) throw error;
}

const remove = (pod: Pod, { write }: Context): Promise<void> =>
  write.delete(pods, named(pod), { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } });
