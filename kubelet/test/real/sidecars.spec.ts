/** Sidecars: init containers that go on beside the others. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, ContainerStatus, Pod } from '../../../api/types.js';
import { busybox, isReady, TestNode } from '../node.js';

const mount = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
/** Writes down when it begins and when it is asked to end, which takes a moment. */
const telling = (name: string): string =>
  `echo ${name} begins >> /v/log; trap 'sleep 0.5; echo ${name} ends >> /v/log; exit 0' TERM; while :; do sleep 0.1; done`;

/** Ends only once the sidecar's hook has run. */
const lastWord = `sleep 0.5; echo main begins >> /v/log
trap 'until grep -q told /v/log; do sleep 0.1; done; echo main ends >> /v/log; exit 0' TERM; while :; do sleep 0.1; done`;

const sidecar = (name: string, command: string, more: Partial<Container> = {}): Container =>
  busybox(name, command, { restartPolicy: 'Always', ...mount, ...more });

const statusOf = ({ status }: Pod, name: string): ContainerStatus | undefined =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(s => s.name === name);

describe('a sidecar', function () {
  this.timeout(120_000);
  let node: TestNode;
  let folder: string;
  before(async () => {
    node = await TestNode.start();
    folder = mkdtempSync(join(tmpdir(), 'okubelet-sidecar-'));
  });
  after(async () => {
    await node.remove();
    rmSync(folder, { recursive: true });
  });
  const volumes = () => [{ name: 'v', hostPath: { path: folder } }];
  const log = (): string[] => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');

  it('starts in its turn, goes on beside the others, and ends after them, in reverse order', async () => {
    await node.create('ordered', {
      terminationGracePeriodSeconds: 60,
      volumes: volumes(),
      initContainers: [
        sidecar('first', `sleep 1; touch /v/up; ${telling('first')}`, {
          startupProbe: { exec: { command: ['test', '-e', '/v/up'] }, periodSeconds: 1, failureThreshold: 60 },
        }),
        busybox('once', 'test -e /v/up && echo once >> /v/log', mount),
        sidecar('second', telling('second'), {
          lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo second is told >> /v/log'] } } },
        }),
      ],
      containers: [busybox('main', lastWord, mount)],
    });
    const pod = await node.ready('ordered');
    assert.deepEqual(
      pod.status?.initContainerStatuses?.map(s => [s.name, s.ready, s.started, s.state?.running !== undefined]),
      [
        ['first', true, true, true],
        ['once', true, false, false],
        ['second', true, true, true],
      ],
    );
    await node.until('ordered', 'begun', () => log().includes('main begins'));
    const begun = log();
    assert.deepEqual(
      begun.filter(line => line !== 'second begins'),
      ['first begins', 'once', 'main begins'],
    );
    await node.delete('ordered');
    await node.gone('ordered');
    assert.deepEqual(log().slice(begun.length), ['second is told', 'main ends', 'second ends', 'first ends']);
  });

  it('is started again whatever the policy of its pod, and the pod is not ready without it', async () => {
    await node.create('served', {
      restartPolicy: 'Never',
      volumes: volumes(),
      initContainers: [
        sidecar('proxy', 'touch /tmp/up; while test -e /tmp/up; do sleep 0.1; done', {
          readinessProbe: { exec: { command: ['test', '-e', '/tmp/up'] }, periodSeconds: 1, timeoutSeconds: 20 },
        }),
      ],
      containers: [busybox('main', 'while ! test -e /v/done; do sleep 0.1; done', mount)],
    });
    const before = await node.ready('served');
    await node.exec(before, ['true'], 'main');
    await node.cri.execSync(
      statusOf(before, 'proxy')?.containerID?.replace('containerd://', '') ?? '',
      ['rm', '/tmp/up'],
      20,
    );
    const again = await node.until(
      'served',
      'served again',
      p => isReady(p) && statusOf(p, 'proxy')?.restartCount === 1,
    );
    assert.equal(statusOf(again, 'main')?.containerID, statusOf(before, 'main')?.containerID);
    assert.ok(
      node.api.statuses.some(({ name, ready, phase }) => name === 'served' && !ready && phase === 'Running'),
      'it was reported as not ready meanwhile',
    );
    await node.exec(again, ['touch', '/v/done'], 'main');
    const over = await node.until('served', 'over', p => p.status?.phase === 'Succeeded');
    assert.notEqual(statusOf(over, 'proxy')?.state?.terminated, undefined, 'it ended with the pod');
  });

  it('is probed as the others are', async () => {
    await node.create('probed', {
      volumes: volumes(),
      initContainers: [
        sidecar('proxy', 'touch /tmp/well; while :; do sleep 0.1; done', {
          livenessProbe: {
            exec: { command: ['test', '-e', '/tmp/well'] },
            periodSeconds: 1,
            timeoutSeconds: 20,
            failureThreshold: 2,
            terminationGracePeriodSeconds: 1,
          },
        }),
      ],
      containers: [busybox('main', 'sleep 1000')],
    });
    const before = await node.ready('probed');
    await node.cri.execSync(
      statusOf(before, 'proxy')?.containerID?.replace('containerd://', '') ?? '',
      ['rm', '/tmp/well'],
      20,
    );
    const healed = await node.until('probed', 'healed', p => statusOf(p, 'proxy')?.restartCount === 1 && isReady(p));
    assert.equal(statusOf(healed, 'main')?.restartCount, 0);
  });
});
