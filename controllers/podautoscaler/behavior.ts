/**
 * How fast an autoscaler acts: what was recommended of late holds it back (most of all from removing what may be needed
 * again in a minute), and its policies say by how much it may change in how long. Pure.
 */
import type { HorizontalPodAutoscaler } from '../../api/types.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

/** Kept in memory only: after a restart the past is forgotten, and the wait begins anew. */
export interface Past {
  recommendations: { at: number; replicas: number }[];
  changes: { at: number; by: number }[];
}

export interface Verdict {
  replicas: number;
  /** Why it is not what was recommended. */
  stabilized?: 'ScaleUpStabilized' | 'ScaleDownStabilized';
  limited?: { reason: string; message: string };
}

const usualDownWindowSeconds = 300;
const longestMs = 3600_000;

export function limited(
  { behavior, minReplicas = 1, maxReplicas }: Spec,
  current: number,
  recommended: number,
  past: Past,
  now: number,
): Verdict {
  const stabilized = stabilize(behavior, current, recommended, past, now);
  const up = behavior?.scaleUp;
  const fastest = up ? byPolicies(up, current, past, now, 1) : Math.max(2 * current, 4);
  const slowest = behavior?.scaleDown ? byPolicies(behavior.scaleDown, current, past, now, -1) : 0;
  const [low, high] = [
    Math.max(minReplicas, Math.min(current, slowest)),
    Math.min(maxReplicas, Math.max(current, fastest)),
  ];
  const replicas = Math.min(Math.max(stabilized.replicas, low), high);
  const why = reasonFor(stabilized.replicas, replicas, minReplicas, maxReplicas);
  return { ...stabilized, replicas, ...(why ? { limited: why } : {}) };
}

function stabilize(
  behavior: Spec['behavior'],
  current: number,
  recommended: number,
  { recommendations }: Past,
  now: number,
): Verdict {
  const upMs = (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downMs = (behavior?.scaleDown?.stabilizationWindowSeconds ?? usualDownWindowSeconds) * 1000;
  const within = (ms: number) => recommendations.filter(({ at }) => at > now - ms).map(({ replicas }) => replicas);
  const least = Math.min(recommended, ...within(upMs));
  const most = Math.max(recommended, ...within(downMs));
  const replicas = Math.min(Math.max(current, least), most);
  if (replicas === recommended) return { replicas };
  return { replicas, stabilized: replicas > recommended ? 'ScaleDownStabilized' : 'ScaleUpStabilized' };
}

/** The size up (1) or down (-1) to which the policies let it go now. */
function byPolicies(rules: Rules, current: number, { changes }: Past, now: number, way: 1 | -1): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const bounds = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const recent = changes.filter(({ at }) => at > now - periodSeconds * 1000);
    const before = current - recent.reduce((sum, { by }) => sum + by, 0);
    if (type === 'Pods') return before + way * value;
    const share = before * (1 + (way * value) / 100);
    return way > 0 ? Math.ceil(share) : Math.floor(share);
  });
  if (bounds.length === 0) return current;
  const furthest = (rules.selectPolicy ?? 'Max') === 'Max';
  return furthest === way > 0 ? Math.max(...bounds) : Math.min(...bounds);
}

function reasonFor(wanted: number, given: number, min: number, max: number): Verdict['limited'] {
  if (wanted > max && given === max) {
    return { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
  }
  if (wanted < min && given === min) {
    return { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
  }
  const way = given < wanted ? ['Up', 'increasing'] : ['Down', 'decreasing'];
  if (given === wanted) return undefined;
  return {
    reason: `Scale${way[0]}Limit`,
    message: `the desired replica count is ${way[1]} faster than the maximum scale rate`,
  };
}

/** The past with one more recommendation, and without what no window reaches any more. */
export function remembered(past: Past, recommended: number, now: number): Past {
  const recent = <T extends { at: number }>(list: readonly T[]): T[] => list.filter(({ at }) => at > now - longestMs);
  return {
    recommendations: [...recent(past.recommendations), { at: now, replicas: recommended }],
    changes: recent(past.changes),
  };
}
