/** The node's four conditions. Pure. */
import { timestamp } from '../../api/clock.js';
import type { NodeCondition } from '../../api/types.js';
import type { Pressure } from '../eviction/thresholds.js';

export interface NodeHealth {
  /** What there is too little of. */
  pressures: readonly Pressure[];
  /** Why no pod can be run; empty when it can. */
  problems: readonly string[];
}

/** As Kubernetes puts several errors into one. */
const allOf = ([first = '', ...more]: readonly string[]): string =>
  more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;

export function nodeConditions(before: readonly NodeCondition[], health: NodeHealth, now: number): NodeCondition[] {
  const { problems } = health;
  const conditions: [Pressure, badReason: string, bad: string, goodReason: string, good: string][] = [
    [
      'MemoryPressure',
      'KubeletHasInsufficientMemory',
      'kubelet has insufficient memory available',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ],
    [
      'DiskPressure',
      'KubeletHasDiskPressure',
      'kubelet has disk pressure',
      'KubeletHasNoDiskPressure',
      'kubelet has no disk pressure',
    ],
    [
      'PIDPressure',
      'KubeletHasInsufficientPID',
      'kubelet has insufficient PID available',
      'KubeletHasSufficientPID',
      'kubelet has sufficient PID available',
    ],
  ];
  const verdicts = conditions.map(([type, badReason, bad, goodReason, good]) =>
    health.pressures.includes(type)
      ? { type, status: 'True', reason: badReason, message: bad }
      : { type, status: 'False', reason: goodReason, message: good },
  );
  const ready =
    problems.length === 0
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: allOf(problems) };
  return [...verdicts, ready].map(verdict => {
    const old = before.find(c => c.type === verdict.type);
    const kept = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { ...verdict, lastHeartbeatTime: timestamp(now), lastTransitionTime: kept ?? timestamp(now) };
  });
}
