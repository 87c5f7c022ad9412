/** What an autoscaler reports: sizes, metrics and conditions, which keep their times while they stay. */
import { timestamp } from '../../api/clock.js';
import type { HorizontalPodAutoscaler } from '../../api/types.js';
import type { Verdict } from './behavior.js';
import type { MetricStatus } from './metrics.js';

type Status = NonNullable<HorizontalPodAutoscaler['status']>;
type Condition = NonNullable<Status['conditions']>[number];
type Type = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

const stabilized = {
  ScaleUpStabilized: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
  ScaleDownStabilized:
    'recent recommendations were higher than current one, applying the highest recent recommendation',
};

export class Report {
  #status: Status;

  constructor(
    autoscaler: HorizontalPodAutoscaler,
    private readonly now: number,
  ) {
    const before: Status = autoscaler.status ?? { desiredReplicas: 0 };
    const { generation } = autoscaler.metadata;
    this.#status = { ...before, ...(generation === undefined ? {} : { observedGeneration: generation }) };
  }

  get status(): Status {
    return this.#status;
  }

  say(type: Type, status: string, reason: string, message: string): void {
    const before = this.#status.conditions ?? [];
    const known = before.find(condition => condition.type === type);
    const lastTransitionTime =
      known?.status === status && known.lastTransitionTime ? known.lastTransitionTime : timestamp(this.now);
    const next: Condition = { type, status, lastTransitionTime, reason, message };
    const conditions = known ? before.map(one => (one === known ? next : one)) : [...before, next];
    this.#status = { ...this.#status, conditions };
  }

  sizes(currentReplicas: number, desiredReplicas: number): void {
    this.#status = { ...this.#status, currentReplicas, desiredReplicas };
  }

  metrics(currentMetrics: MetricStatus[]): void {
    this.#status = { ...this.#status, currentMetrics };
  }

  scaled(): void {
    this.#status = { ...this.#status, lastScaleTime: timestamp(this.now) };
  }

  verdict({ stabilized: why, limited }: Verdict): void {
    if (why) this.say('AbleToScale', 'True', why, stabilized[why]);
    else this.say('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
    if (limited) this.say('ScalingLimited', 'True', limited.reason, limited.message);
    else this.say('ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range');
  }
}
