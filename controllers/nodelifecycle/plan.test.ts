import assert from 'node:assert/strict';
import type { Node, Taint } from '../../api/types.js';
import { ago, node, noon, pod } from '../testing/objects.js';
import { planFor } from './plan.js';
import type { Evictions } from './taints.js';

const taint = (name: string): Taint => {
  const [key = '', effect = ''] = name.split(':');
  return { key: key.includes('/') ? key : `node.kubernetes.io/${key}`, effect, timeAdded: ago(500) };
};
const withTaints = (of: Node, ...taints: string[]): Node => ({
  ...of,
  spec: { ...of.spec, taints: taints.map(taint) },
});
const cordoned = (of: Node): Node => ({ ...of, spec: { ...of.spec, unschedulable: true } });
const shown = (taints: Taint[] | undefined) =>
  taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`).sort();
const plan = (of: Node, silent: boolean, evictions: Evictions = 'now') =>
  planFor(of, [], silent, () => ({ evictions }), noon);

interface Row {
  when: string;
  of: Node;
  silent?: boolean;
  evictions?: Evictions;
  /** Absent: the taints are right as they are. */
  taints?: string[];
}

const ready = node('n1');
const rows: Row[] = [
  { when: 'it is ready and has none', of: ready },
  {
    when: 'it is not ready',
    of: node('n1', { Ready: 'False' }),
    taints: ['not-ready:NoExecute', 'not-ready:NoSchedule'],
  },
  { when: 'it falls silent', of: ready, silent: true, taints: ['unreachable:NoExecute', 'unreachable:NoSchedule'] },
  {
    when: 'it falls silent and it is not its turn',
    of: ready,
    silent: true,
    evictions: 'later',
    taints: ['unreachable:NoSchedule'],
  },
  {
    when: 'it falls silent with all others',
    of: ready,
    silent: true,
    evictions: 'never',
    taints: ['unreachable:NoSchedule'],
  },
  {
    when: 'all others have fallen silent as well',
    of: withTaints(node('n1', { Ready: 'Unknown' }), 'unreachable:NoExecute', 'unreachable:NoSchedule'),
    silent: true,
    evictions: 'never',
    taints: ['unreachable:NoSchedule'],
  },
  {
    when: 'it is being emptied and it is not its turn',
    of: withTaints(node('n1', { Ready: 'Unknown' }), 'unreachable:NoExecute', 'unreachable:NoSchedule'),
    silent: true,
    evictions: 'later',
  },
  {
    when: 'it was not ready, was being emptied and falls silent',
    of: withTaints(node('n1', { Ready: 'False' }), 'not-ready:NoExecute', 'not-ready:NoSchedule'),
    silent: true,
    evictions: 'later',
    taints: ['unreachable:NoExecute', 'unreachable:NoSchedule'],
  },
  {
    when: 'it is heard of again',
    of: withTaints(ready, 'unreachable:NoExecute', 'unreachable:NoSchedule'),
    taints: [],
  },
  { when: 'it has not yet said whether it is ready', of: withTaints(node('n1', {}), 'not-ready:NoSchedule') },
  { when: 'it has become ready', of: withTaints(ready, 'not-ready:NoSchedule'), taints: [] },
  {
    when: 'it is short of memory, disk and process ids',
    of: node('n1', { Ready: 'True', MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True' }),
    taints: ['disk-pressure:NoSchedule', 'memory-pressure:NoSchedule', 'pid-pressure:NoSchedule'],
  },
  {
    when: 'it has no network',
    of: node('n1', { Ready: 'True', NetworkUnavailable: 'True' }),
    taints: ['network-unavailable:NoSchedule'],
  },
  { when: 'it is cordoned', of: cordoned(ready), taints: ['unschedulable:NoSchedule'] },
  { when: 'it is uncordoned', of: withTaints(ready, 'unschedulable:NoSchedule'), taints: [] },
  {
    when: 'an operator has tainted it',
    of: withTaints(ready, 'example.org/mine:NoExecute', 'unreachable:NoSchedule'),
    taints: ['example.org/mine:NoExecute'],
  },
];

describe('the taints of a node', () => {
  for (const { when, of, silent = false, evictions, taints } of rows) {
    it(`when ${when}: ${taints === undefined ? 'no change' : `[${taints}]`}`, () => {
      assert.deepEqual(shown(plan(of, silent, evictions).taints), taints);
    });
  }

  it('keep their time when they stay, and get one when they are new', () => {
    const half = withTaints(node('n1', { Ready: 'Unknown' }), 'unreachable:NoSchedule');
    const times = plan(half, true).taints?.map(t => [t.effect, t.timeAdded]);
    assert.deepEqual(times, [
      ['NoSchedule', ago(500)],
      ['NoExecute', ago(0)],
    ]);
  });

  it('tell when a node begins to be emptied', () => {
    assert.equal(plan(ready, true).empties, true);
    assert.equal(plan(ready, true, 'later').empties, false);
    assert.equal(plan(withTaints(node('n1', { Ready: 'False' }), 'not-ready:NoExecute'), true).empties, false);
  });
});

describe('the conditions of a node', () => {
  it('become unknown when it falls silent; those it never reported say so', () => {
    const { conditions } = plan(
      node('n1', { Ready: 'True', DiskPressure: 'False', NetworkUnavailable: 'False' }),
      true,
    );
    assert.deepEqual(
      conditions.map(c => [c.type, c.status, c.reason, c.lastTransitionTime, c.lastHeartbeatTime]),
      [
        ['Ready', 'Unknown', 'NodeStatusUnknown', ago(0), ago(5)],
        ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated', ago(0), ago(3600)],
        ['DiskPressure', 'Unknown', 'NodeStatusUnknown', ago(0), ago(5)],
        ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated', ago(0), ago(3600)],
      ],
    );
  });

  it('are written once', () => {
    const silent = node('n1', {
      Ready: 'Unknown',
      MemoryPressure: 'Unknown',
      DiskPressure: 'Unknown',
      PIDPressure: 'Unknown',
    });
    assert.deepEqual(plan(silent, true).conditions, []);
  });
});

describe('the pods of a node', () => {
  it('are no longer ready when it falls silent, and otherwise are the kubelet’s to judge', () => {
    const pods = [pod('up', { node: 'n1' }), pod('down', { node: 'n1', ready: false })];
    const names = (of: Node, silent: boolean) =>
      planFor(of, pods, silent, () => ({ evictions: 'now' }), noon).notReady.map(p => p.metadata.name);
    assert.deepEqual(names(ready, true), ['up']);
    assert.deepEqual(names(node('n1', { Ready: 'False' }), false), []);
  });
});
