import assert from 'node:assert/strict';
import type { ContainerStatus, Pod, PodSpec, PodStatus } from '../../types.js';
import { columns } from './columns.js';

const now = Date.parse('2026-01-01T00:01:00Z');

const container = (name: string, state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}) =>
  ({ name, image: 'i', imageID: '', ready: false, restartCount: 0, state, ...more }) as ContainerStatus;
const running = (more: Partial<ContainerStatus> = {}) =>
  container('a', { running: { startedAt: '2026-01-01T00:00:00Z' } }, { ready: true, ...more });
const ended = (exitCode: number, reason?: string, signal?: number) =>
  container('a', { terminated: { exitCode, ...(reason ? { reason } : {}), ...(signal ? { signal } : {}) } });
const waiting = (reason: string) => container('a', { waiting: { reason } });

const pod = (status: PodStatus, spec: Partial<PodSpec> = {}, deleted = false): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:30Z' } : {}),
  },
  spec: { containers: [{ name: 'a', image: 'i' }], ...spec },
  status,
});

const row = (of: Pod): string =>
  columns
    .slice(1, 4)
    .map(column => column.cell(of, now))
    .join(' ');
const ready = [{ type: 'Ready', status: 'True' }];
const initialized = [{ type: 'Initialized', status: 'True' }];
const init: Partial<PodSpec> = { initContainers: [{ name: 'i', image: 'x' }] };
const sidecar: Partial<PodSpec> = { initContainers: [{ name: 'a', image: 'x', restartPolicy: 'Always' }] };

describe("a pod's columns", () => {
  const table: [what: string, pod: Pod, shown: string][] = [
    ['new', pod({ phase: 'Pending' }), '0/1 Pending 0'],
    [
      'starting',
      pod({ phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] }),
      '0/1 ContainerCreating 0',
    ],
    ['running', pod({ phase: 'Running', containerStatuses: [running()], conditions: ready }), '1/1 Running 0'],
    ['not ready', pod({ phase: 'Running', containerStatuses: [running({ ready: false })] }), '0/1 Running 0'],
    ['crashing', pod({ phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] }), '0/1 CrashLoopBackOff 0'],
    ['done', pod({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }), '0/1 Completed 0'],
    ['failed', pod({ phase: 'Failed', containerStatuses: [ended(1, 'Error')] }), '0/1 Error 0'],
    ['failed without a reason', pod({ phase: 'Failed', containerStatuses: [ended(3)] }), '0/1 ExitCode:3 0'],
    ['killed', pod({ phase: 'Failed', containerStatuses: [ended(137, '', 9)] }), '0/1 Signal:9 0'],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), '0/1 Evicted 0'],
    ['on its way out', pod({ phase: 'Running', containerStatuses: [running()] }, {}, true), '1/1 Terminating 0'],
    ['gone with its node', pod({ phase: 'Running', reason: 'NodeLost' }, {}, true), '0/1 Unknown 0'],
    [
      'ended while deleted',
      pod({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }, {}, true),
      '0/1 Completed 0',
    ],
    [
      'half done and ready',
      pod({ phase: 'Running', containerStatuses: [ended(0, 'Completed'), running()], conditions: ready }),
      '1/1 Running 0',
    ],
    ['half done', pod({ phase: 'Running', containerStatuses: [ended(0, 'Completed'), running()] }), '1/1 NotReady 0'],
    [
      'gated',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      '0/1 SchedulingGated 0',
    ],
    [
      'initializing',
      pod({ phase: 'Pending', initContainerStatuses: [container('i', { running: {} })] }, init),
      '0/1 Init:0/1 0',
    ],
    [
      'initializing in vain',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [container('i', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 2 })],
        },
        init,
      ),
      '0/1 Init:CrashLoopBackOff 2',
    ],
    [
      'failing to initialize',
      pod({ phase: 'Pending', initContainerStatuses: [container('i', { terminated: { exitCode: 2 } })] }, init),
      '0/1 Init:ExitCode:2 0',
    ],
    [
      'initialized: the restarts before no longer count',
      pod(
        {
          phase: 'Running',
          initContainerStatuses: [container('i', { terminated: { exitCode: 0 } }, { restartCount: 2 })],
          containerStatuses: [running()],
          conditions: [...initialized, ...ready],
        },
        init,
      ),
      '1/1 Running 0',
    ],
    [
      'with a sidecar',
      pod(
        { phase: 'Running', initContainerStatuses: [running({ started: true })], containerStatuses: [running()] },
        sidecar,
      ),
      '2/2 Running 0',
    ],
    [
      'restarted',
      pod({
        phase: 'Running',
        containerStatuses: [
          running({ restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:55Z' } } }),
        ],
      }),
      '1/1 Running 3 (5s ago)',
    ],
  ];
  for (const [what, of, shown] of table) it(`shows a pod that is ${what}`, () => assert.equal(row(of), shown));

  it('shows where it is, with -o wide', () => {
    const wide = columns.filter(column => column.priority === 1);
    const empty = wide.map(column => column.cell(pod({}), now));
    assert.deepEqual(empty, ['<none>', '<none>', '<none>', '<none>']);
    const full = pod(
      { podIPs: [{ ip: '10.244.0.2' }], conditions: [{ type: 'x/y', status: 'True' }] },
      { nodeName: 'n1', readinessGates: [{ conditionType: 'x/y' }, { conditionType: 'x/z' }] },
    );
    assert.deepEqual(
      wide.map(column => column.cell(full, now)),
      ['10.244.0.2', 'n1', '<none>', '1/2'],
    );
  });
});
