import assert from 'node:assert/strict';
import type { Pod, PodSpec } from '../../../api/types.js';
import type { Pressure } from '../../eviction/thresholds.js';
import { underPressure } from './pressure.js';

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c' }], ...spec },
});
const asks = pod({ containers: [{ name: 'c', resources: { requests: { memory: '1Mi' } } }] });
const tolerant = pod({ tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' }] });
const critical = pod({ priority: 2_000_001_000 });

describe('a pod that comes to a node which is short of something', () => {
  const table: [string, Pod, Pressure[], boolean][] = [
    ['nothing is short', pod(), [], true],
    ['memory, and it asks for none', pod(), ['MemoryPressure'], false],
    ['memory, and it asks for some', asks, ['MemoryPressure'], true],
    ['memory, and it tolerates that', tolerant, ['MemoryPressure'], true],
    ['disk', asks, ['DiskPressure'], false],
    ['memory and disk', tolerant, ['MemoryPressure', 'DiskPressure'], false],
    ['all, and the node needs it', critical, ['MemoryPressure', 'DiskPressure', 'PIDPressure'], true],
  ];
  for (const [what, one, pressures, admitted] of table)
    it(what, () => assert.equal(underPressure(one, pressures) === undefined, admitted));

  it('is told of what', () =>
    assert.deepEqual(underPressure(pod(), ['MemoryPressure', 'DiskPressure']), {
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure DiskPressure]. ',
    }));
});
