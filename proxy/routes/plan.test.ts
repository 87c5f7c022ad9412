import assert from 'node:assert/strict';
import type { Node } from '../../api/types.js';
import { changeOf, gatewayAnnotation, waysTo } from './plan.js';

const place = { nodeName: 'a', clusterCidr: '10.244.0.0/16' };
const node = (name: string, range?: string, address?: string, created = '2026-01-01T00:00:00Z'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, creationTimestamp: created },
  spec: range === undefined ? {} : { podCIDR: range, podCIDRs: [range] },
  status: address === undefined ? {} : { addresses: [{ type: 'InternalIP', address }] },
});
const behind = (gateway: string): Node => {
  const inner = node('b', '10.244.1.0/24', '10.245.0.2');
  return { ...inner, metadata: { ...inner.metadata, annotations: { [gatewayAnnotation]: gateway } } };
};
const own = node('a', '10.244.0.0/24', '192.0.2.1');

describe('routes to other nodes', () => {
  const table: [what: string, nodes: Node[], routes: string[]][] = [
    ['none to itself', [own], []],
    ['one to each other', [own, node('b', '10.244.1.0/24', '192.0.2.2')], ['10.244.1.0/24 via 192.0.2.2']],
    ['none before the address is known', [own, node('b', '10.244.1.0/24')], []],
    ['none before the range is known', [own, node('b', undefined, '192.0.2.2')], []],
    [
      'none to what is no range of pods',
      [own, node('b', '0.0.0.0/0', '192.0.2.2'), node('c', '10.96.0.0/24', '192.0.2.3')],
      [],
    ],
    ["none to what is this node's", [own, node('b', '10.244.0.0/24', '192.0.2.2')], []],
    ['none over IPv6', [own, node('b', '10.244.1.0/24', 'fd00::1')], []],
    ['one by way of its machine, too', [own, behind('192.0.2.7')], ['10.244.1.0/24 via 10.245.0.2 or 192.0.2.7']],
    ['one beside its machine', [own, behind('192.0.2.1')], ['10.244.1.0/24 via 10.245.0.2']],
    ['none by way of what is no address', [own, behind('host')], ['10.244.1.0/24 via 10.245.0.2']],
    [
      'of two that claim a range, to the older',
      [own, node('b', '10.244.1.0/24', '192.0.2.2', '2026-01-03T00:00:00Z'), node('c', '10.244.1.0/24', '192.0.2.3')],
      ['10.244.1.0/24 via 192.0.2.3'],
    ],
  ];
  for (const [what, nodes, routes] of table)
    it(what, () =>
      assert.deepEqual(
        waysTo(nodes, place).map(({ range, via }) => `${range} via ${via.join(' or ')}`),
        routes,
      ),
    );

  it('change only where they differ, and a range that moves is never without one', () => {
    const [b, c, moved] = [
      { range: '10.244.1.0/24', via: '192.0.2.2' },
      { range: '10.244.2.0/24', via: '192.0.2.3' },
      { range: '10.244.2.0/24', via: '192.0.2.9' },
    ];
    assert.deepEqual(changeOf([], [b]), { add: [b], remove: [] });
    assert.deepEqual(changeOf([b, c], [b]), { add: [], remove: [c] });
    assert.deepEqual(changeOf([b, c], [b, moved]), { add: [moved], remove: [] });
  });
});
