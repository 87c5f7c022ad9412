/** A pod stays on a node that is not ready or not reachable for five minutes, unless it says how long. */
import type { Toleration } from '../../api/types.js';
import type { AdmissionPlugin } from '../contracts.js';
import { createsPod, newPod } from './request.js';

/** In seconds. */
export interface TolerationDefaults {
  /** `--default-not-ready-toleration-seconds` */
  notReady: number;
  /** `--default-unreachable-toleration-seconds` */
  unreachable: number;
}

export const kubernetesTolerations: TolerationDefaults = { notReady: 300, unreachable: 300 };

export function defaultTolerationSeconds({ notReady, unreachable }: TolerationDefaults): AdmissionPlugin {
  const taints: [key: string, tolerationSeconds: number][] = [
    ['node.kubernetes.io/not-ready', notReady],
    ['node.kubernetes.io/unreachable', unreachable],
  ];
  return {
    name: 'DefaultTolerationSeconds',
    handles: createsPod,
    mutate(request) {
      const { spec } = newPod(request);
      if (!spec) return;
      const said = spec.tolerations ?? [];
      const missing = taints.filter(([key]) => !said.some(toleration => speaksOf(toleration, key)));
      if (missing.length === 0) return;
      spec.tolerations = [
        ...said,
        ...missing.map(([key, tolerationSeconds]) => ({
          ...{ key, operator: 'Exists', effect: 'NoExecute' },
          tolerationSeconds,
        })),
      ];
    },
  };
}

/** No key is all keys, no effect all effects. */
const speaksOf = ({ key, effect }: Toleration, taint: string): boolean =>
  (!key || key === taint) && (!effect || effect === 'NoExecute');
