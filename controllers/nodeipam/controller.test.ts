import assert from 'node:assert/strict';
import type { Node } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { nodeRangeController } from './controller.js';

const node = (name: string, range?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: range === undefined ? {} : { podCIDR: range, podCIDRs: [range] },
});

async function rangesAfter(clusterCidr: string, ...all: Node[]): Promise<Record<string, string | undefined>> {
  const cluster = new Cluster();
  for (const one of all) cluster.put(nodes, one);
  cluster.start(nodeRangeController(clusterCidr));
  await cluster.settle();
  return Object.fromEntries(cluster.all(nodes).map(({ metadata, spec }) => [metadata.name, spec?.podCIDR]));
}

describe('ranges of pods for nodes', () => {
  it('are given to nodes that have none, each its own, and nobody loses one', async () => {
    assert.deepEqual(await rangesAfter('10.244.0.0/16', node('a', '10.244.1.0/24'), node('b'), node('c')), {
      a: '10.244.1.0/24',
      b: '10.244.0.0/24',
      c: '10.244.2.0/24',
    });
  });

  it('are not made up when there are no more', async () => {
    const found = await rangesAfter('10.244.0.0/23', node('a', '10.244.1.0/24'), node('b', '10.244.0.0/24'), node('c'));
    assert.equal(found.c, undefined);
  });
});
