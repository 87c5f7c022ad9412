/** The node's four conditions. Pure. */
import { timestamp } from '../../api/clock.js';
import type { NodeCondition } from '../../api/types.js';
import type { Load } from './machine.js';

/** Kubernetes' default thresholds of hard eviction. */
const least = { memoryBytes: 100 * 1024 * 1024, diskFree: 0.1, inodesFree: 0.05, processesFree: 0.05 };

export interface NodeHealth {
  load: Load;
  /** Why no pod can be run; empty when it can. */
  problems: readonly string[];
}

export function nodeConditions(before: readonly NodeCondition[], health: NodeHealth, now: number): NodeCondition[] {
  const { load, problems } = health;
  const spare = 1 - load.processes / load.processLimit;
  const pressures: [string, boolean, string, string, string, string][] = [
    [
      'MemoryPressure',
      load.memoryAvailableBytes < least.memoryBytes,
      'KubeletHasInsufficientMemory',
      'kubelet has insufficient memory available',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ],
    [
      'DiskPressure',
      load.diskFree < least.diskFree || load.inodesFree < least.inodesFree,
      'KubeletHasDiskPressure',
      'kubelet has disk pressure',
      'KubeletHasNoDiskPressure',
      'kubelet has no disk pressure',
    ],
    [
      'PIDPressure',
      spare < least.processesFree,
      'KubeletHasInsufficientPID',
      'kubelet has insufficient PID available',
      'KubeletHasSufficientPID',
      'kubelet has sufficient PID available',
    ],
  ];
  const verdicts = pressures.map(([type, pressed, badReason, bad, goodReason, good]) => ({
    type,
    status: pressed ? 'True' : 'False',
    reason: pressed ? badReason : goodReason,
    message: pressed ? bad : good,
  }));
  const ready =
    problems.length === 0
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: `[${problems.join(', ')}]` };
  return [...verdicts, ready].map(verdict => {
    const old = before.find(c => c.type === verdict.type);
    const kept = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { ...verdict, lastHeartbeatTime: timestamp(now), lastTransitionTime: kept ?? timestamp(now) };
  });
}
