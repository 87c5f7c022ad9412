import assert from 'node:assert/strict';
import type { Container, Pod, PodSpec } from '../../api/types.js';
import { isDiskLimited, overLimit } from './limits.js';
import { type Candidate, evictionMessage, type PodUse, ranked } from './rank.js';
import type { Signal } from './thresholds.js';

const mib = 1024 * 1024;
const pod = (name: string, spec: Partial<PodSpec> = {}, more: Partial<Container> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', ...more }], ...spec },
});
const asks = (requests: Record<string, string>): Partial<Container> => ({ resources: { requests } });
const use = (more: Partial<PodUse>): PodUse => ({
  memoryBytes: 0,
  diskBytes: 0,
  inodes: 0,
  processes: 0,
  containers: new Map(),
  ...more,
});
const memory = (name: string, mb: number, priority = 0, request = '0'): Candidate => ({
  pod: pod(name, { priority }, asks({ memory: request })),
  use: use({ memoryBytes: mb * mib }),
});

describe('who is evicted first', () => {
  const table: [what: string, signal: Signal, candidates: Candidate[], order: string[]][] = [
    [
      'whoever uses more than asked for, however little',
      'memory.available',
      [memory('modest', 500, 0, '1Gi'), memory('greedy', 10)],
      ['greedy', 'modest'],
    ],
    [
      'of those, the least important',
      'memory.available',
      [memory('important', 500, 10), memory('not', 10, 0)],
      ['not', 'important'],
    ],
    [
      'of these, whoever is furthest beyond its request',
      'memory.available',
      [memory('large', 500, 0, '450Mi'), memory('small', 200, 0, '10Mi')],
      ['small', 'large'],
    ],
    [
      'one of which nothing is known',
      'memory.available',
      [memory('known', 900), { pod: pod('unknown') }],
      ['unknown', 'known'],
    ],
    [
      'never one that the node depends on',
      'memory.available',
      [
        memory('critical', 900, 2_000_000_000),
        { pod: { ...pod('static'), metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } } },
        memory('usual', 1),
      ],
      ['usual'],
    ],
    [
      'by what is on disk',
      'nodefs.available',
      [
        { pod: pod('asked', {}, asks({ 'ephemeral-storage': '1Gi' })), use: use({ diskBytes: 900 * mib }) },
        { pod: pod('not'), use: use({ diskBytes: mib }) },
      ],
      ['not', 'asked'],
    ],
    [
      'by the number of files',
      'imagefs.inodesFree',
      [
        { pod: pod('few'), use: use({ inodes: 1, diskBytes: 9 }) },
        { pod: pod('many'), use: use({ inodes: 5 }) },
      ],
      ['many', 'few'],
    ],
    [
      'by the number of processes',
      'pid.available',
      [
        { pod: pod('few'), use: use({ processes: 2 }) },
        { pod: pod('many'), use: use({ processes: 500 }) },
      ],
      ['many', 'few'],
    ],
  ];
  for (const [what, signal, candidates, order] of table)
    it(what, () =>
      assert.deepEqual(
        ranked(candidates, signal).map(c => c.pod.metadata.name),
        order,
      ),
    );

  it('and what it is told', () => {
    const containers = new Map([['c', { memoryBytes: 300 * mib, diskBytes: 0 }]]);
    const candidate = { pod: pod('p', {}, asks({ memory: '100Mi' })), use: use({ containers }) };
    assert.equal(
      evictionMessage(candidate, {
        signal: 'memory.available',
        available: 50 * mib,
        threshold: 100 * mib,
        isSoft: false,
      }),
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 300Mi, request is 100Mi, has larger consumption of memory. ',
    );
    assert.equal(
      evictionMessage(candidate, { signal: 'nodefs.inodesFree', available: 5, threshold: 10, isSoft: false }),
      'The node was low on resource: inodes. Threshold quantity: 10, available: 5. ',
    );
  });
});

describe('what a pod may keep on disk', () => {
  const limited: Partial<Container> = { resources: { limits: { 'ephemeral-storage': '10Mi' } } };
  const volumes = [
    { name: 'v', emptyDir: { sizeLimit: '2Mi' } },
    { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ];
  const both = (spec: Partial<PodSpec> = {}) =>
    pod('p', {
      ...spec,
      containers: [
        { name: 'c', ...limited },
        { name: 'd', ...limited },
      ],
    });
  const table: [what: string, pod: Pod, volumes: object, containers: object, expected: RegExp | undefined][] = [
    ['all is well', both({ volumes }), { v: 2 * mib }, { c: mib }, undefined],
    ['nothing limits it', pod('p', { volumes: [{ name: 'v', emptyDir: {} }] }), { v: 1e12 }, { c: 1e12 }, undefined],
    [
      'a volume',
      both({ volumes }),
      { v: 2 * mib + 1 },
      {},
      /^Usage of EmptyDir volume "v" exceeds the limit "2Mi"\. $/,
    ],
    ['a tmpfs limits itself', both({ volumes }), { m: 9 * mib }, {}, undefined],
    [
      'the pod',
      both(),
      { v: 5 * mib },
      { c: 9 * mib, d: 9 * mib },
      /^Pod ephemeral local storage usage exceeds the total limit of containers 20Mi\. $/,
    ],
    ['a container', both(), {}, { c: 11 * mib }, /^Container c exceeded its local ephemeral storage limit "10Mi"\. $/],
    ['containers without a limit', pod('p'), {}, { c: 1e12 }, undefined],
  ];
  for (const [what, one, inVolumes, inContainers, expected] of table)
    it(what, () => {
      const disk = { volumes: new Map(Object.entries(inVolumes)), containers: new Map(Object.entries(inContainers)) };
      const message = overLimit(one, disk)?.message;
      if (expected) assert.match(message ?? '', expected);
      else assert.equal(message, undefined);
    });

  it('is measured where something limits it', () => {
    const free = pod('p', { volumes: [{ name: 'v', emptyDir: {} }] });
    assert.deepEqual([both(), pod('p', { volumes }), free].map(isDiskLimited), [true, true, false]);
  });
});
