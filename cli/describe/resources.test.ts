import assert from 'node:assert/strict';
import { format, parse } from '../../api/quantity.js';
import type { Pod } from '../../api/types.js';
import { percentOf, podAmounts } from './resources.js';

const container = (name: string, cpu: string) => ({ name, resources: { requests: { cpu } } });

const pod = (containers: string[], init: string[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: {
    containers: containers.map((cpu, i) => container(`c${i}`, cpu)),
    initContainers: init.map((cpu, i) => container(`i${i}`, cpu)),
  },
});

describe('what a pod asks for', () => {
  const table: [what: string, pod: Pod, sum: string][] = [
    ['is the sum of its containers', pod(['100m', '200m'], []), '300m'],
    ['is the largest init container where that is more', pod(['100m', '200m'], ['1', '400m']), '1'],
    ['is not that where it is less', pod(['100m', '200m'], ['250m']), '300m'],
    ['is nothing where nothing is said', pod([], []), '0'],
  ];
  for (const [what, of, sum] of table) {
    it(what, () => assert.equal(format(podAmounts(of, 'requests', 'cpu')), sum));
  }

  it('is a share of the node, rounded down', () => {
    assert.equal(percentOf(parse('50m'), '2'), 2);
    assert.equal(percentOf(parse('64Mi'), '4Gi'), 1);
    assert.equal(percentOf(parse('1'), undefined), 0);
  });
});
