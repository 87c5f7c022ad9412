import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../api/types.js';
import { allocate, resourcesInStatus, resourcesOf } from './allocation.js';
import { changed, type Resources, restartsFor, sizeOf } from './size.js';

const sized = (cpu: string, name = 'c'): Container => ({
  name,
  image: 'i',
  resources: { requests: { cpu, memory: '1Gi' }, limits: { cpu } },
});
const pod = (...containers: Container[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers },
});
const node = (...others: Pod[]) => ({
  allocatable: { cpu: '4', memory: '8Gi', pods: '1' },
  others: () => others,
});

describe('the size of a container', () => {
  const table: [string, Resources | undefined, Resources | undefined, string[]][] = [
    ['nothing and nothing', undefined, {}, []],
    ['the same in other words', { limits: { cpu: '1' } }, { limits: { cpu: '1000m' }, requests: { cpu: '1' } }, []],
    ['another request', { requests: { cpu: '1' } }, { requests: { cpu: '2' } }, ['cpu']],
    ['a limit that there was not', { requests: { memory: '1Gi' } }, { limits: { memory: '1Gi' } }, ['memory']],
    ['what cannot be resized', { limits: { 'ephemeral-storage': '1Gi' } }, {}, []],
  ];
  for (const [what, a, b, expected] of table) it(what, () => assert.deepEqual(changed(sizeOf(a), sizeOf(b)), expected));

  it('some of it takes a restart', () =>
    assert.deepEqual(
      restartsFor({
        ...sized('1'),
        resizePolicy: [
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'memory', restartPolicy: 'RestartContainer' },
        ],
      }),
      ['memory'],
    ));
});

describe('a pod that asks for other sizes', () => {
  const held = resourcesOf(pod(sized('1')));

  it('gets them beside what somebody has given the node, of which it has its part already', () => {
    const licensed = (cpu: string): Container => ({ ...sized(cpu), resources: { limits: { cpu, 'x/licence': '1' } } });
    const before = resourcesOf(pod(licensed('1')));
    assert.equal(allocate(pod(licensed('2')), before, node()).pending, undefined);
  });

  const table: [what: string, asks: string, others: Pod[], gets: string, reason?: string, why?: RegExp][] = [
    ['gets what there is', '2', [], '2'],
    ['gets less', '500m', [pod(sized('3'))], '500m'],
    [
      'gets nothing that no node of this size has',
      '5',
      [],
      '1',
      'Infeasible',
      /capacity: cpu, requested: 5000, capacity: 4000$/,
    ],
    [
      'waits for the others',
      '3',
      [pod(sized('2'))],
      '1',
      'Deferred',
      /cpu, requested: 3000, used: 2000, capacity: 4000$/,
    ],
    ['is not one pod more', '1', [pod(sized('1'))], '1'],
  ];
  for (const [what, asks, others, gets, reason, why] of table)
    it(what, () => {
      const { pod: allocated, pending } = allocate(pod(sized(asks)), held, node(...others));
      assert.equal(allocated.spec?.containers[0]?.resources?.limits?.cpu, gets);
      assert.equal(pending?.reason, reason);
      if (why) assert.match(pending?.message ?? '', why);
    });

  it('gets what it was made with, at first', () =>
    assert.deepEqual(allocate(pod(sized('9')), undefined, node()), { pod: pod(sized('9')) }));

  it('is known to the next kubelet by its status', () => {
    const status = {
      name: 'c',
      allocatedResources: { cpu: '1' },
      resources: { limits: { cpu: '2' }, requests: { cpu: '2' } },
    };
    const told = resourcesInStatus({ ...pod(), status: { containerStatuses: [status] } } as unknown as Pod);
    assert.deepEqual([...(told ?? [])], [['c', { limits: { cpu: '2' }, requests: { cpu: '1' } }]]);
    assert.equal(resourcesInStatus(pod()), undefined);
  });
});
