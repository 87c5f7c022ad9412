import assert from 'node:assert/strict';
import { info, nodeState, type PodWords } from '../testing/objects.js';
import { leastAllocated } from './least-allocated.js';
import { nodePreference } from './node-affinity.js';
import { spread } from './spread.js';
import { taintPreference } from './taint-toleration.js';

const rounded = (rates: number[]): number[] => rates.map(rate => Math.round(rate));

describe('scores', () => {
  it('least allocated: the mean share of cpu and memory that would be left', () => {
    const wanted = info({ cpu: '1', memory: '2Gi' });
    const nodes = [
      nodeState({ cpu: '4', memory: '8Gi' }),
      nodeState({ cpu: '4', memory: '8Gi' }, [{ cpu: '2', memory: '2Gi' }]),
      nodeState({ cpu: '1', memory: '2Gi' }),
    ];
    assert.deepEqual(rounded(leastAllocated.rate(wanted, nodes)), [75, 38, 0]);
  });

  it('taints: the fewer that are not tolerated the better', () => {
    const taint = (key: string) => ({ key, effect: 'PreferNoSchedule' });
    const nodes = [
      nodeState({ taints: [taint('a'), taint('b')] }),
      nodeState({ taints: [taint('a')] }),
      nodeState({ taints: [taint('ok')] }),
    ];
    const wanted = info({ tolerations: [{ key: 'ok', operator: 'Exists' }] });
    assert.deepEqual(taintPreference.rate(wanted, nodes), [0, 50, 100]);
    assert.deepEqual(taintPreference.rate(wanted, [nodeState()]), [100]);
  });

  it('preferred node affinity: by weight', () => {
    const prefer = (weight: number, zone: string) => ({
      weight,
      preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] },
    });
    const words: PodWords = {
      affinity: {
        nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(80, 'a'), prefer(20, 'b')] },
      },
    };
    const nodes = ['a', 'b', 'c'].map(zone => nodeState({ labels: { zone } }));
    assert.deepEqual(nodePreference.rate(info(words), nodes), [100, 25, 0]);
    assert.deepEqual(nodePreference.rate(info(), nodes), [0, 0, 0]);
  });

  describe('spread', () => {
    const inZone = (zone: string | undefined, replicas: number, others = 0) =>
      nodeState({ ...(zone ? { labels: { 'topology.kubernetes.io/zone': zone } } : {}) }, [
        ...Array.from({ length: replicas }, (_, i) => ({ name: `r${i}`, owner: 'rc' })),
        ...Array.from({ length: others }, (_, i) => ({ name: `o${i}`, owner: 'other' })),
      ]);
    const replica = info({ owner: 'rc' });

    it('prefers nodes with fewer pods of the same controller', () => {
      assert.deepEqual(
        spread.rate(replica, [inZone(undefined, 2), inZone(undefined, 1, 5), inZone(undefined, 0)]),
        [0, 50, 100],
      );
    });
    it('prefers zones with fewer above all', () => {
      const rates = spread.rate(replica, [inZone('a', 2), inZone('a', 0), inZone('b', 1)]);
      assert.deepEqual(rounded(rates), [0, 33, 50]);
    });
    it('has no wish for a pod that nobody controls', () => {
      assert.deepEqual(spread.rate(info(), [inZone(undefined, 2), inZone(undefined, 0)]), [100, 100]);
    });
  });
});
