/** A pod stays on a node that is not ready or not reachable for five minutes, unless it says how long. */
import type { Toleration } from '../../api/types.js';
import type { AdmissionPlugin } from '../contracts.js';
import { createsPod, newPod } from './request.js';

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const seconds = 300;

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: createsPod,
  mutate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    const said = spec.tolerations ?? [];
    const missing = taints.filter(key => !said.some(toleration => speaksOf(toleration, key)));
    if (missing.length === 0) return;
    spec.tolerations = [
      ...said,
      ...missing.map(key => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds })),
    ];
  },
};

/** No key is all keys, no effect all effects. */
const speaksOf = ({ key, effect }: Toleration, taint: string): boolean =>
  (!key || key === taint) && (!effect || effect === 'NoExecute');
