/** How containers begin, fail, are started again, and end; and how a pod says so. */
import assert from 'node:assert/strict';
import type { Pod } from '../../../api/types.js';
import { eventually } from '../lab.js';
import {
  endOf,
  idle,
  image,
  isReady,
  lastEndOf,
  type Part,
  pod,
  restartsOf,
  type Scene,
  shell,
  statusOf,
  waitingOf,
} from './scene.js';

const failing = shell('exit 3', { name: 'first' });
const never = { restartPolicy: 'Never' };

const withInit = (name: string, restartPolicy: string): Pod =>
  pod(name, { restartPolicy, initContainers: [failing, shell('true', { name: 'second' })], containers: [shell(idle)] });

/** Each pod, and what kubectl's STATUS column says of it in the end (of those that go on: at some moment). */
const columns: [status: string, Pod][] = [
  ['Completed', pod('completes', { ...never, containers: [shell('exit 0')] })],
  [
    'Completed',
    pod('at-last', {
      restartPolicy: 'OnFailure',
      containers: [
        shell('test -e /v/x || { touch /v/x; exit 1; }', { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    }),
  ],
  ['Error', pod('errs', { ...never, containers: [shell('exit 9'), shell('exit 0', { name: 'other' })] })],
  ['StartError', pod('no-command', { ...never, containers: [{ name: 'c', image, command: ['no-such-program'] }] })],
  ['CrashLoopBackOff', pod('no-command-again', { name: 'c', image, command: ['no-such-program'] })],
  ['CrashLoopBackOff', pod('crashes', shell('echo; exit 1'))],
  ['CrashLoopBackOff', pod('ends', shell('exit 0'))],
  ['Init:Error', withInit('init-never', 'Never')],
  ['Init:CrashLoopBackOff', withInit('init-on-failure', 'OnFailure')],
  ['Init:CrashLoopBackOff', withInit('init-always', 'Always')],
  ['ErrImageNeverPull', pod('never-pulled', shell(idle, { image: 'orrery.local/absent:1', imagePullPolicy: 'Never' }))],
  ['ImagePullBackOff', pod('not-pulled', shell(idle, { image: 'orrery.local/absent:1' }))],
  ['ImagePullBackOff', pod('no-registry', shell(idle, { image: '127.0.0.1:1/absent:1', imagePullPolicy: 'Always' }))],
  ['InvalidImageName', pod('misnamed', shell(idle, { image: 'Busybox:1' }))],
];

/** Fails once; the second time it goes on to the next. */
const initHeals = pod('init-heals', {
  restartPolicy: 'OnFailure',
  volumes: [{ name: 'v', emptyDir: {} }],
  initContainers: [
    'test -e /v/log && echo again >> /v/log || { echo failed > /v/log; exit 1; }',
    'echo second >> /v/log',
  ].map((script, i) => shell(script, { name: `i${i}`, volumeMounts: [{ name: 'v', mountPath: '/v' }] })),
  containers: [shell(`echo main >> /v/log; ${idle}`, { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
});

const log = '/v/log';
const ending = (name: string, script: string, graceSeconds: number, more = {}): Pod =>
  pod(name, {
    terminationGracePeriodSeconds: graceSeconds,
    containers: [shell(script, more)],
  });

const endings = [
  ending('stubborn', "trap '' TERM; while :; do sleep 1; done", 2),
  ending('obedient', "trap 'echo asked; exit 0' TERM; while :; do sleep 0.1; done", 60),
  ending('prepared', `trap 'echo asked; sleep 1; exit 0' TERM; while :; do sleep 0.1; done`, 60, {
    lifecycle: {
      postStart: { exec: { command: ['sh', '-c', `echo started > /proc/1/fd/1`] } },
      preStop: { exec: { command: ['sh', '-c', 'echo prepared > /proc/1/fd/1; sleep 4; echo ready > /proc/1/fd/1'] } },
    },
  }),
  ending('bad-hook', idle, 1, { lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo no; exit 4'] } } } }),
];

export const lives: Part = {
  objects: [...columns.map(([, one]) => one), initHeals, ...endings],

  tests(scene) {
    for (const [status, { metadata }] of columns)
      it(`kubectl shows ${metadata.name} as ${status}`, async () => {
        const row = ['get', 'pod', metadata.name ?? '', '--no-headers'];
        await eventually(
          () => scene().kubectl(...row),
          text => text.split(/ +/)[2] === status,
          30_000,
        );
      });

    it('a container that keeps ending is started at once, after 10 s, after 20 s; and says how long it waits', async () => {
      for (const [name, reason, exitCode] of [
        ['crashes', 'Error', 1],
        ['ends', 'Completed', 0],
      ] as const) {
        const backedOff = await backOff(scene(), name, 1, '10s');
        assert.deepEqual([lastEndOf(backedOff)?.reason, lastEndOf(backedOff)?.exitCode], [reason, exitCode]);
        await backOff(scene(), name, 2, '20s');
      }
    });

    it('a failed init container is started again by the restart policy, and the others wait', async () => {
      const failed = await scene().pods.until('init-never', 'Failed', p => p.status?.phase === 'Failed');
      assert.equal(endOf(failed, 'first')?.exitCode, 3);
      assert.equal(waitingOf(failed, 'second')?.reason, 'PodInitializing');
      for (const name of ['init-on-failure', 'init-always']) {
        const again = await backOff(scene(), name, 1, '10s', 'first');
        assert.equal(again.status?.phase, 'Pending');
        assert.equal(waitingOf(again, 'c')?.reason, 'PodInitializing');
      }
      await scene().pods.until('init-heals', 'ready', isReady);
      assert.equal(await scene().kubectl('exec', 'init-heals', '--', 'cat', log), 'failed\nagain\nsecond\nmain\n');
    });

    it('a command that does not exist is RunContainerError, and its message names it', async () => {
      const failed = await scene().pods.until(
        'no-command-again',
        'RunContainerError',
        p => waitingOf(p)?.reason === 'RunContainerError',
      );
      assert.match(waitingOf(failed)?.message ?? '', /exec: "no-such-program": executable file not found in \$PATH/);
      assert.deepEqual([lastEndOf(failed)?.reason, lastEndOf(failed)?.exitCode], ['StartError', 128]);
    });

    it('an image that cannot be pulled is first ErrImagePull, and is tried again ever later', async () => {
      for (const name of ['not-pulled', 'no-registry']) {
        await scene().pods.until(name, 'ErrImagePull', p => waitingOf(p)?.reason === 'ErrImagePull');
        const { status } = await scene().pods.until(
          name,
          'backing off',
          p => waitingOf(p)?.reason === 'ImagePullBackOff',
        );
        assert.equal(status?.phase, 'Pending');
      }
      const [first] = scene().pods.history('no-registry');
      const failed = scene()
        .pods.history('no-registry')
        .find(({ pod: p }) => waitingOf(p)?.reason === 'ErrImagePull');
      assert.ok(
        (failed?.at ?? Infinity) - (first?.at ?? 0) < 30_000,
        'it does not take long to see that nobody is there',
      );
    });

    it('a container that ignores SIGTERM is killed after its grace, and one that obeys is gone at once', async () => {
      await Promise.all(['stubborn', 'obedient'].map(name => scene().pods.untilNow(name, 'ready', isReady)));
      const asked = Date.now();
      await scene().kubectl('delete', 'pod', 'stubborn', 'obedient', '--wait=false');
      const obedient = (await scene().pods.gone('obedient')) - asked;
      const stubborn = (await scene().pods.gone('stubborn')) - asked;
      assert.ok(obedient < 30_000, `the obedient one, which had 60 s, took ${obedient} ms`);
      assert.ok(stubborn >= 2000, `the stubborn one, which had 2 s, took ${stubborn} ms`);
      const last = scene()
        .pods.history('stubborn')
        .findLast(({ pod: p }) => endOf(p) !== undefined);
      assert.equal(last && endOf(last.pod)?.exitCode, 137);
    });

    it('postStart runs with the start, preStop before SIGTERM; and a failed postStart restarts the container', async () => {
      await scene().pods.untilNow('prepared', 'ready', isReady);
      const logs = scene().kubectl('logs', '-f', 'prepared');
      await scene().kubectl('delete', 'pod', 'prepared', '--wait=false');
      assert.equal(await logs, 'started\nprepared\nready\nasked\n');
      await scene().pods.gone('prepared');
      await scene().pods.until('bad-hook', 'restarted', p => restartsOf(p) >= 1);
      await eventually(
        () => scene().kubectl('get', 'events', '--field-selector', 'involvedObject.name=bad-hook'),
        text => /FailedPostStartHook.*PostStartHook failed/.test(text),
      );
      assert.equal(
        scene()
          .pods.history('bad-hook')
          .some(({ pod: p }) => isReady(p)),
        false,
        'it was never ready',
      );
    });
  },
};

/** The pod when it waits that long for its next start. */
function backOff(scene: Scene, name: string, restarts: number, delay: string, container = 'c'): Promise<Pod> {
  const message = new RegExp(`^back-off ${delay} restarting failed container=${container} pod=${name}_default\\(`);
  return scene.pods.until(name, `waiting for ${delay}`, one => {
    const waiting = waitingOf(one, container);
    const isHeld = waiting?.reason === 'CrashLoopBackOff' && message.test(waiting.message ?? '');
    return isHeld && statusOf(one, container)?.restartCount === restarts;
  });
}
