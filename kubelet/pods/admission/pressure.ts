/** Whether a node that is short of something takes on a pod. Pure. */
import { tolerates } from '../../../api/tolerations.js';
import type { Pod } from '../../../api/types.js';
import { isCritical } from '../../eviction/rank.js';
import type { Pressure } from '../../eviction/thresholds.js';
import { qosClass } from '../config/qos.js';
import type { Rejection } from './fit.js';

const memoryPressure = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const;

/** With too little memory alone, those that have asked for some still come, and those that do not mind. */
export function underPressure(pod: Pod, pressures: readonly Pressure[]): Rejection | undefined {
  if (pressures.length === 0 || isCritical(pod)) return undefined;
  const onlyMemory = pressures.every(pressure => pressure === 'MemoryPressure');
  const doesNotMind = (pod.spec?.tolerations ?? []).some(toleration => tolerates(toleration, memoryPressure));
  if (onlyMemory && (qosClass(pod) !== 'BestEffort' || doesNotMind)) return undefined;
  return { reason: 'Evicted', message: `Pod was rejected: The node had condition: [${pressures.join(' ')}]. ` };
}
