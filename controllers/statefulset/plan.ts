/** What a StatefulSet does next. Pure: see controller.ts for the promise. */
import type { Pod, StatefulSet } from '../../api/types.js';
import { isTerminal, isTerminating, nextAvailable } from '../pod-state.js';
import { share } from '../share.js';
import { ordinalOf, startOf } from './names.js';
import { mended, revisionOf } from './pods.js';
import { isAvailable, isRunningAndReady, type Revisions, type StatefulSetStatus, statusOf } from './status.js';

export type Step =
  | { do: 'create'; ordinal: number; revision: 'current' | 'update' }
  /** A pod that ended has its place taken: it goes, and is made again when it is gone. */
  | { do: 'replace'; pod: Pod }
  | { do: 'scaleDown'; pod: Pod }
  | { do: 'renew'; pod: Pod }
  /** It lacks its label or its volumes. */
  | { do: 'mend'; pod: Pod }
  /** It waits for claims, of which some may be missing. */
  | { do: 'claim'; pod: Pod };

export interface Plan {
  steps: Step[];
  /** Pods beyond the size, the highest last: their claims are told so before they go. */
  condemned: Pod[];
  status: StatefulSetStatus;
  lookAgainAfterMs?: number;
}

/** `pods` are the set's own. */
export function planFor(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): Plan {
  const { replicas, condemned } = placed(set, pods);
  const status = statusOf(set, pods, revisions, now);
  const next = nextAvailable(pods, set.spec?.minReadySeconds, now);
  const look = next === undefined ? {} : { lookAgainAfterMs: next - now };
  if (isTerminating(set)) return { steps: [], condemned: [], status };
  return { steps: new Turn(set, replicas, condemned, revisions, now).steps(), condemned, status, ...look };
}

/** The pods by their places, some of which are empty; and those that have none, in the order of their ordinals. */
function placed(set: StatefulSet, pods: readonly Pod[]): { replicas: (Pod | undefined)[]; condemned: Pod[] } {
  const start = startOf(set);
  const size = set.spec?.replicas ?? 1;
  const replicas = new Array<Pod | undefined>(size).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const place = ordinalOf(pod) - start;
    if (place >= 0 && place < size) replicas[place] = pod;
    else if (ordinalOf(pod) >= 0) condemned.push(pod);
  }
  return { replicas, condemned: condemned.sort((a, b) => ordinalOf(a) - ordinalOf(b)) };
}

/** One turn. Where order matters it takes one step, and waits for what that step needs. */
class Turn {
  private readonly isOrdered: boolean;

  constructor(
    private readonly set: StatefulSet,
    private readonly replicas: readonly (Pod | undefined)[],
    private readonly condemned: readonly Pod[],
    private readonly revisions: Revisions,
    private readonly now: number,
  ) {
    this.isOrdered = set.spec?.podManagementPolicy !== 'Parallel';
  }

  steps(): Step[] {
    const { steps, wait } = this.fill();
    if (wait) return steps;
    const down = this.scaleDown();
    steps.push(...down.steps);
    // A rollout waits until the set has its size: a pod that is to be made has the newest template anyhow.
    if (down.wait || steps.some(step => step.do === 'create')) return steps;
    return [...steps, ...this.renew()];
  }

  private isHealthy(pod: Pod): boolean {
    return !isTerminating(pod) && isAvailable(this.set, pod, this.now);
  }

  /** Each place has its pod; in order, each only once those before it serve. */
  private fill(): { steps: Step[]; wait: boolean } {
    const steps: Step[] = [];
    for (const [place, pod] of this.replicas.entries()) {
      if (!pod) {
        const ordinal = startOf(this.set) + place;
        steps.push({ do: 'create', ordinal, revision: this.isOfCurrent(place) ? 'current' : 'update' });
        if (this.isOrdered) return { steps, wait: true };
        continue;
      }
      if (isTerminal(pod)) {
        if (!isTerminating(pod)) steps.push({ do: 'replace', pod });
        return { steps, wait: true };
      }
      if (pod.status?.phase === 'Pending') steps.push({ do: 'claim', pod });
      if (this.isOrdered && !this.isHealthy(pod)) return { steps, wait: true };
      if (mended(this.set, pod)) steps.push({ do: 'mend', pod });
    }
    return { steps, wait: false };
  }

  /** Below the partition pods are made as they were. */
  private isOfCurrent(place: number): boolean {
    const strategy = this.set.spec?.updateStrategy;
    if (strategy?.type !== 'RollingUpdate') return false;
    return place < (strategy.rollingUpdate?.partition ?? this.set.status?.currentReplicas ?? 0);
  }

  /**
   * The highest goes first; in order, an unwell one only when all below it are well: a set of which several are unwell
   * keeps its size until its pods are mended.
   */
  private scaleDown(): { steps: Step[]; wait: boolean } {
    const steps: Step[] = [];
    const everyone = [...this.replicas, ...this.condemned].filter((pod): pod is Pod => pod !== undefined);
    const firstUnhealthy = everyone.find(pod => !isRunningAndReady(pod) || isTerminating(pod));
    for (const pod of [...this.condemned].reverse()) {
      if (isTerminating(pod)) {
        if (this.isOrdered) return { steps, wait: true };
        continue;
      }
      if (this.isOrdered && !isAvailable(this.set, pod, this.now) && pod !== firstUnhealthy) {
        return { steps, wait: true };
      }
      steps.push({ do: 'scaleDown', pod });
      if (this.isOrdered) return { steps, wait: true };
    }
    return { steps, wait: false };
  }

  /** Pods of old templates go, the highest first, as many at once as may be missing. */
  private renew(): Step[] {
    const { updateStrategy } = this.set.spec ?? {};
    if (updateStrategy?.type === 'OnDelete') return [];
    const { partition = 0, maxUnavailable } = updateStrategy?.rollingUpdate ?? {};
    let missable = Math.max(1, share(maxUnavailable ?? 1, this.replicas.length, Math.floor));
    const steps: Step[] = [];
    for (let place = this.replicas.length - 1; place >= partition && missable > 0; place--) {
      const pod = this.replicas[place] as Pod;
      if (revisionOf(pod) !== this.revisions.update && !isTerminating(pod)) {
        steps.push({ do: 'renew', pod });
        missable--;
      } else if (!this.isHealthy(pod)) missable--;
    }
    return steps;
  }
}
