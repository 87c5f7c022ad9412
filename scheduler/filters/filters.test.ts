import assert from 'node:assert/strict';
import { matchesTerm, type NodeSelectorTerm } from '../../api/selectors/node-terms.js';
import type { Taint } from '../../api/types.js';
import { defaultProfile } from '../profiles/profile.js';
import { clusterOf, info, type NodeWords, nodeState, type PodWords } from '../testing/objects.js';
import { type Check, isRefusedByAll } from './filter.js';
import { filters } from './index.js';

/** filter, what, pod, node, pods that stand on it, reasons */
type Row = [string, string, PodWords, NodeWords, PodWords[], string[]];

const noPort = "node(s) didn't have free ports for the requested pod ports";
const noAffinity = "node(s) didn't match Pod's node affinity/selector";
const gpu: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const zone = (operator: string, ...values: string[]): PodWords => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator, values }] }],
      },
    },
  },
});

const rows: Row[] = [
  ['NodeResourcesFit', 'fits exactly', { cpu: '1' }, { cpu: '2' }, [{ cpu: '1' }], []],
  ['NodeResourcesFit', 'too much cpu', { cpu: '1001m' }, { cpu: '2' }, [{ cpu: '1' }], ['Insufficient cpu']],
  [
    'NodeResourcesFit',
    'all that is short',
    { cpu: '9', memory: '9Gi' },
    {},
    [],
    ['Insufficient cpu', 'Insufficient memory'],
  ],
  ['NodeResourcesFit', 'a place', {}, { pods: '1' }, [{}], ['Too many pods']],
  ['NodeResourcesFit', 'nothing requested on a full node', {}, { cpu: '1' }, [{ cpu: '1' }], []],
  ['NodeUnschedulable', 'cordoned', {}, { unschedulable: true }, [], ['node(s) were unschedulable']],
  [
    'NodeUnschedulable',
    'cordoned, and tolerated',
    { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] },
    { unschedulable: true },
    [],
    [],
  ],
  ['TaintToleration', 'tainted', {}, { taints: [gpu] }, [], ['node(s) had untolerated taint {gpu: yes}']],
  ['TaintToleration', 'tolerated', { tolerations: [{ key: 'gpu', value: 'yes' }] }, { taints: [gpu] }, [], []],
  ['TaintToleration', 'only preferred', {}, { taints: [{ ...gpu, effect: 'PreferNoSchedule' }] }, [], []],
  [
    'TaintToleration',
    'NoExecute',
    {},
    { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] },
    [],
    ['node(s) had untolerated taint {node.kubernetes.io/not-ready: }'],
  ],
  ['NodeName', 'another node', { nodeName: 'other' }, {}, [], ["node(s) didn't match the requested node name"]],
  ['NodeName', 'this node', { nodeName: 'n' }, {}, [], []],
  ['NodeAffinity', 'selected', { nodeSelector: { disk: 'ssd' } }, { labels: { disk: 'ssd', x: 'y' } }, [], []],
  ['NodeAffinity', 'not selected', { nodeSelector: { disk: 'ssd' } }, { labels: { disk: 'hdd' } }, [], [noAffinity]],
  ['NodeAffinity', 'affine', zone('In', 'a', 'b'), { labels: { zone: 'b' } }, [], []],
  ['NodeAffinity', 'not affine', zone('NotIn', 'a', 'b'), { labels: { zone: 'b' } }, [], [noAffinity]],
  ['NodePorts', 'free', { hostPort: 80 }, {}, [{ hostPort: 81 }], []],
  ['NodePorts', 'taken', { hostPort: 80 }, {}, [{ hostPort: 80 }], [noPort]],
];

function refusal(name: string, wanted: PodWords, where: NodeWords, standing: PodWords[]): readonly string[] {
  const state = nodeState(where, standing);
  const prepared = filters.find(f => f.name === name)?.prepare(info(wanted), clusterOf([state]), defaultProfile.args);
  assert.ok(!prepared || !isRefusedByAll(prepared));
  return (prepared as Check | undefined)?.refuses(state)?.reasons ?? [];
}

describe('filters', () => {
  for (const [name, what, wanted, where, standing, reasons] of rows) {
    it(`${name}: ${what}`, () => {
      assert.deepEqual(refusal(name, wanted, where, standing), reasons);
    });
  }

  it('a port is taken per address and protocol, and by all addresses', () => {
    const port = (hostIP: string | undefined, protocol: string): PodWords => ({
      containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 53, protocol, ...(hostIP ? { hostIP } : {}) }] }],
    });
    const free = (taken: PodWords, wanted: PodWords): boolean => refusal('NodePorts', wanted, {}, [taken]).length === 0;
    assert.ok(free(port('10.0.0.1', 'UDP'), port('10.0.0.2', 'UDP')));
    assert.ok(free(port(undefined, 'UDP'), port(undefined, 'TCP')));
    assert.ok(!free(port(undefined, 'UDP'), port('10.0.0.2', 'UDP')));
    assert.ok(!free(port('10.0.0.2', 'UDP'), port(undefined, 'UDP')));
  });
});

describe('node selector terms', () => {
  const state = nodeState({ name: 'n1', labels: { zone: 'a', size: '7' } });
  const label = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
    matchExpressions: [{ key, operator, values }],
  });
  const cases: [string, NodeSelectorTerm, boolean][] = [
    ['empty', {}, false],
    ['In', label('zone', 'In', 'b', 'a'), true],
    ['NotIn of an absent label', label('none', 'NotIn', 'a'), true],
    ['Exists', label('zone', 'Exists'), true],
    ['DoesNotExist', label('zone', 'DoesNotExist'), false],
    ['Gt', label('size', 'Gt', '6'), true],
    ['Gt the same', label('size', 'Gt', '7'), false],
    ['Lt of no number', label('zone', 'Lt', '7'), false],
    ['an unknown operator', label('zone', 'Like', 'a'), false],
    ['its name', { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }, true],
    ['another field', { matchFields: [{ key: 'spec.x', operator: 'In', values: ['n1'] }] }, false],
    [
      'all of several',
      { matchExpressions: [...(label('zone', 'Exists').matchExpressions ?? []), { key: 'x', operator: 'Exists' }] },
      false,
    ],
  ];
  for (const [what, term, expected] of cases) it(what, () => assert.equal(matchesTerm(term, state), expected));
});
