import assert from 'node:assert/strict';
import type { Container, Pod } from '../../api/types.js';
import { amountsOf, requestsOf, scoringRequestsOf } from './amounts.js';

const c = (cpu?: string, memory?: string, extra: Partial<Container> = {}): Container => ({
  name: 'c',
  resources: { requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) } },
  ...extra,
});
const sidecar = (cpu: string): Container => c(cpu, undefined, { restartPolicy: 'Always' });
const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {},
  spec: { containers: [], ...spec },
});

describe('what a pod requests', () => {
  const cases: [string, Pod, Record<string, number>][] = [
    ['nothing', pod({ containers: [c()] }), {}],
    [
      'the sum of its containers',
      pod({ containers: [c('100m', '1Mi'), c('1', '2Mi')] }),
      { cpu: 1100, memory: 3145728 },
    ],
    [
      'the largest init container, when that is more',
      pod({ initContainers: [c('2', '1Ki'), c('1')], containers: [c('500m', '4Ki')] }),
      { cpu: 2000, memory: 4096 },
    ],
    [
      'sidecars beside the containers',
      pod({ initContainers: [sidecar('200m')], containers: [c('500m')] }),
      { cpu: 700 },
    ],
    [
      'sidecars beside the init containers that come after them',
      pod({ initContainers: [sidecar('200m'), c('1')], containers: [c('500m')] }),
      { cpu: 1200 },
    ],
    [
      'not beside those that come before',
      pod({ initContainers: [c('1'), sidecar('200m')], containers: [c('500m')] }),
      { cpu: 1000 },
    ],
    ['the overhead on top', pod({ containers: [c('1')], overhead: { cpu: '250m' } }), { cpu: 1250 }],
    [
      'the request of the whole pod instead of the sum',
      pod({ containers: [c('1', '1Ki')], resources: { requests: { cpu: '3' } } }),
      { cpu: 3000, memory: 1024 },
    ],
  ];
  for (const [what, asking, expected] of cases) it(what, () => assert.deepEqual(requestsOf(asking), expected));

  it('counts 0.1 CPU and 200 MiB, for the choice among nodes, where nothing is requested', () => {
    assert.deepEqual(scoringRequestsOf(pod({ containers: [c(), c('1')] })), { cpu: 1100, memory: 2 * 200 * 1024 ** 2 });
  });

  it('rounds up to whole units', () => {
    assert.deepEqual(amountsOf({ cpu: '0.1001', memory: '0.5', 'example.com/gpu': '2' }), {
      cpu: 101,
      memory: 1,
      'example.com/gpu': 2,
    });
  });
});
