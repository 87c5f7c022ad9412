import assert from 'node:assert/strict';
import type { Event, Pod } from '../../api/types.js';
import { attemptAnnotation, type FailedAttempt } from '../../scheduler/failed-attempt.js';
import { tellWhy } from './tell.js';

const now = Date.UTC(2026, 0, 1, 0, 1);
const pod = (spec: object = {}, status: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [], ...spec },
    status: { phase: 'Pending', ...status },
  }) as Pod;
const failed = (message: string, second: number, attempt?: FailedAttempt): Event =>
  ({
    metadata: attempt ? { annotations: { [attemptAnnotation]: JSON.stringify(attempt) } } : {},
    reason: 'FailedScheduling',
    message,
    firstTimestamp: new Date(now - (60 - second) * 1000).toISOString(),
  }) as unknown as Event;
const attempt: FailedAttempt = {
  at: new Date(now - 5000).toISOString(),
  attempt: 2,
  nodes: 7,
  refusals: [
    { nodes: ['n2', 'n1'], by: { NodeResourcesFit: ['Insufficient cpu', 'Insufficient memory'] } },
    { nodes: ['n3'], by: { TaintToleration: ['node(s) had untolerated taint {a: b}'], NodePorts: ['no port'] } },
  ],
  others: [{ nodes: 4, by: { NodeAffinity: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"] } }],
  preemption: 'room is made on n1',
};

describe('why', () => {
  it('tells the last attempt node by node and predicate by predicate, and the earlier ones in a line', () => {
    const lines = tellWhy(pod({}, { nominatedNodeName: 'n1' }), [failed('old', 10), failed('new.', 55, attempt)], now);
    assert.deepEqual(lines, [
      'Pod default/web is pending: new.',
      'Room is made for it on node n1.',
      '',
      'Attempt 2, 5s ago, of 7 nodes:',
      'NODE      PREDICATE         REASON',
      'n1        NodeResourcesFit  Insufficient cpu',
      'n1        NodeResourcesFit  Insufficient memory',
      'n2        NodeResourcesFit  Insufficient cpu',
      'n2        NodeResourcesFit  Insufficient memory',
      'n3        TaintToleration   node(s) had untolerated taint {a: b}',
      'n3        NodePorts         no port',
      "(4 more)  NodeAffinity      node(s) didn't satisfy plugin(s) [NodeAffinity]",
      '',
      'Preemption: room is made on n1',
      '',
      'Before that:',
      '50s  old',
    ]);
  });

  const waiting = {
    containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ImagePullBackOff', message: 'no' } } }],
  };
  const cases: [string, Pod, Event[], RegExp][] = [
    [
      'gated',
      pod({ schedulingGates: [{ name: 'a' }, { name: 'b' }] }),
      [],
      /held back by its scheduling gates: a, b\.$/,
    ],
    ['never tried', pod({ schedulerName: 'mine' }), [], /The scheduler "mine" has not tried yet/],
    [
      'tried long ago',
      pod({}, { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available.' }] }),
      [],
      /is pending: 0\/1 nodes are available\.$/,
    ],
    ["another scheduler's events have no table", pod(), [failed('why not', 1)], /is pending: why not$/],
    ['on its node', pod({ nodeName: 'n1' }, waiting), [], /on node n1: container c waits: ImagePullBackOff: no\.$/],
    ['running', pod({ nodeName: 'n1' }, { phase: 'Running' }), [], /on node n1: it is Running\.$/],
  ];
  for (const [what, one, events, expected] of cases) {
    it(what, () => assert.match(tellWhy(one, events, now).join('\n'), expected));
  }

  it('an annotation that is none does no harm', () => {
    const odd = { ...failed('m', 1), metadata: { annotations: { [attemptAnnotation]: '{"refusals": 3' } } } as Event;
    assert.deepEqual(tellWhy(pod(), [odd], now), ['Pod default/web is pending: m']);
  });
});
