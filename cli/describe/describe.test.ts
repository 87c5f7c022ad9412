import assert from 'node:assert/strict';
import type { AnyObject, Event } from '../../api/types.js';
import { describeObject } from './index.js';
import { layOut } from './text.js';

describe('the layout of descriptions', () => {
  it('puts the values of a block under each other and indents what is below', () => {
    assert.deepEqual(layOut([['A', '1'], ['Long key', ['x', 'y']], { heading: 'Below', block: [['B', '2']] }]), [
      'A:         1',
      'Long key:  x',
      '           y',
      'Below:',
      '  B:  2',
    ]);
  });
});

describe('a description', () => {
  const pod: AnyObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'default',
      labels: { app: 'web' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: {
      nodeName: 'n1',
      containers: [
        {
          name: 'c',
          image: 'i:1',
          livenessProbe: { httpGet: { port: 80, path: '/' } },
          env: [{ name: 'K', value: 'v' }],
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      hostIP: '192.0.2.1',
      containerStatuses: [
        {
          name: 'c',
          ready: true,
          restartCount: 2,
          image: 'i:1',
          imageID: '',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    },
  };
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: {},
    type: 'Normal',
    reason: 'Started',
    message: 'Started container c',
    count: 3,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:01:00Z',
    source: { component: 'kubelet' },
  };
  const now = Date.parse('2026-01-01T00:01:10Z');

  it('of a pod tells its state, its containers and its events', () => {
    const text = describeObject(pod, { events: [event], now });
    for (const line of [
      /^Name: +web$/m,
      /^Node: +n1\/192\.0\.2\.1$/m,
      /^ {4}Liveness: +http-get http:\/\/:80\/ delay=0s/m,
      /^ {4}Restart Count: +2$/m,
      /^ {6}K: +v$/m,
      /^ {2}Normal +Started +10s \(x3 over 70s\) +kubelet +Started container c$/m,
    ]) {
      assert.match(text, line);
    }
    assert.doesNotMatch(text, /last-applied/);
  });

  it('of a secret tells sizes, never values', () => {
    const secret: AnyObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      type: 'Opaque',
      data: { password: 'aHVudGVyMg==' },
    };
    const text = describeObject(secret, { events: [], now });
    assert.match(text, /password: +7 bytes/);
    assert.doesNotMatch(text, /hunter2|aHVudGVyMg/);
  });

  it('of a kind that nobody foresaw tells its fields', () => {
    const text = describeObject(
      { apiVersion: 'x.io/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { spinRate: 5, parts: ['a', 'b'] } },
      { events: [], now },
    );
    assert.match(text, /^ {2}Spin Rate: +5$/m);
    assert.match(text, /^Events: +<none>$/m);
  });
});
