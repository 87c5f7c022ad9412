import assert from 'node:assert/strict';
import type { HorizontalPodAutoscaler, Pod } from '../../api/types.js';
import { ago, noon, pod } from '../testing/objects.js';
import { limited, type Past, remembered } from './behavior.js';
import { byAverage, byShare, byTotal, byUtilization, grouped, requestsOf, type Sample } from './replicas.js';

const sample = (value: number): Sample => ({ value, at: noon, windowMs: 15_000 });
const samples = (...values: number[]) => new Map(values.map((value, i) => [`p${i}`, sample(value)]));
/** Pods that have served for an hour, each asking for a whole core. */
const some = (count: number, more: Partial<Parameters<typeof pod>[1]> = {}): Pod[] =>
  Array.from({ length: count }, (_, i) => {
    const made = pod(`p${i}`, more);
    const containers = [{ name: 'c', resources: { requests: { cpu: '1' } } }];
    return { ...made, spec: { ...made.spec, containers }, status: { ...made.status, startTime: ago(7200) } } as Pod;
  });

describe('the pods that a utilization asks for', () => {
  const ask = (pods: Pod[], values: number[], target: number): number => {
    const groups = grouped(pods, samples(...values), true, noon);
    return byUtilization(groups, requestsOf(pods, 'cpu', undefined), target, pods.length).replicas;
  };
  const table: [string, Pod[], number[], number, number][] = [
    ['twice as many for twice as much', some(3), [1000, 1000, 1000], 50, 6],
    ['as many for a little more', some(3), [540, 540, 540], 50, 3],
    ['half as many for half as much', some(4), [250, 250, 250, 250], 50, 2],
    ['rounded up', some(3), [700, 700, 700], 50, 5],
    ['what is missing counts as nothing where more are asked for', some(3), [1000, 1000], 50, 4],
    ['and as all of its request where fewer are', some(4), [100, 100, 100], 50, 3],
    ['never the other way round because of what is missing', some(2), [200], 30, 2],
  ];
  for (const [what, pods, values, target, expected] of table) {
    it(what, () => assert.equal(ask(pods, values, target), expected));
  }

  it('does not count a pod that is just starting', () => {
    const starting = some(1, { ready: 2 }).map(
      one => ({ ...one, status: { ...one.status, startTime: ago(20) } }) as Pod,
    );
    const groups = grouped([...some(3).slice(1), ...starting], samples(9000, 100, 100), true, noon);
    assert.deepEqual([[...groups.measured.keys()], groups.unready], [['p1', 'p2'], ['p0']]);
  });

  it('is not known while nothing is measured, or asked for', () => {
    assert.throws(() => ask(some(2), [], 50), /did not receive metrics for targeted pods/);
    const [plain] = [pod('p0', { spec: { containers: [{ name: 'c' }] as never } })];
    assert.throws(() => requestsOf([plain], 'cpu', undefined), {
      message: 'missing request for cpu in container c of Pod p0',
    });
  });
});

describe('the pods that an amount asks for', () => {
  it('of each', () => assert.equal(byAverage(grouped(some(2), samples(30, 50), false, noon), 20, 2).replicas, 4));
  it('in all', () => assert.equal(byTotal(300, 100, 2, 2).replicas, 6));
  it('in all, from none', () => assert.equal(byTotal(300, 100, 0, 0).replicas, 3));
  it('in all, shared', () => assert.deepEqual(byShare(450, 100, 2), { replicas: 5, current: 225 }));
  it('shared, and close enough', () => assert.equal(byShare(205, 100, 2).replicas, 2));
});

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
const spec = (more: Partial<Spec> = {}): Spec => ({
  scaleTargetRef: { kind: 'Deployment', name: 'web' },
  minReplicas: 1,
  maxReplicas: 20,
  ...more,
});
const none: Past = { recommendations: [], changes: [] };

describe('the speed of an autoscaler', () => {
  const go = (current: number, recommended: number, of: Spec = spec(), past: Past = none): [number, string] => {
    const { replicas, stabilized, limited: why } = limited(of, current, recommended, past, noon);
    return [replicas, why?.reason ?? stabilized ?? ''];
  };
  const recently = (replicas: number, secondsAgo: number): Past => ({
    recommendations: [{ at: noon - secondsAgo * 1000, replicas }],
    changes: [],
  });
  const changed = (by: number): Past => ({ recommendations: [], changes: [{ at: noon - 5000, by }] });
  const up = (rules: object) => spec({ behavior: { scaleUp: rules } });
  const down = (rules: object) => spec({ behavior: { scaleDown: rules } });
  const by = (type: string, value: number) => ({ policies: [{ type, value, periodSeconds: 60 }] });
  const table: [string, [number, number, Spec?, Past?], [number, string]][] = [
    ['grows at once', [3, 5], [5, '']],
    ['at most to twice as many', [3, 15], [6, 'ScaleUpLimit']],
    ['or to four', [1, 9], [4, 'ScaleUpLimit']],
    ['never beyond its bounds', [15, 30], [20, 'TooManyReplicas']],
    ['nor below', [3, 0], [1, 'TooFewReplicas']],
    ['shrinks when nothing speaks against it', [5, 2], [2, '']],
    ['not when more was asked for a minute ago', [5, 2, spec(), recently(5, 60)], [5, 'ScaleDownStabilized']],
    ['but to that', [9, 2, spec(), recently(5, 60)], [5, 'ScaleDownStabilized']],
    ['after five minutes', [5, 2, spec(), recently(5, 301)], [2, '']],
    [
      'waits before it grows, if it is to',
      [3, 6, up({ stabilizationWindowSeconds: 60 }), recently(3, 30)],
      [3, 'ScaleUpStabilized'],
    ],
    ['by so many pods', [3, 9, up(by('Pods', 2))], [5, 'ScaleUpLimit']],
    ['of which some were added already', [5, 9, up(by('Pods', 2)), changed(2)], [5, 'ScaleUpLimit']],
    ['by a share', [10, 20, up(by('Percent', 10))], [11, 'ScaleUpLimit']],
    ['not at all', [3, 9, up({ selectPolicy: 'Disabled' })], [3, 'ScaleUpLimit']],
    ['down by so many', [9, 2, down({ ...by('Pods', 1), stabilizationWindowSeconds: 0 })], [8, 'ScaleDownLimit']],
    ['down by a share', [10, 2, down({ ...by('Percent', 25), stabilizationWindowSeconds: 0 })], [7, 'ScaleDownLimit']],
  ];
  for (const [what, given, expected] of table) it(what, () => assert.deepEqual(go(...given), expected));

  it('remembers an hour', () => {
    const past = remembered({ recommendations: [{ at: noon - 7200_000, replicas: 9 }], changes: [] }, 3, noon);
    assert.deepEqual(past.recommendations, [{ at: noon, replicas: 3 }]);
  });
});
