/** Probes by exec, HTTP and TCP: what they heal, and who is asked through a service. */
import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../api/types.js';
import { eventually } from '../lab.js';
import {
  getFromNode,
  idle,
  isReady,
  object,
  type Part,
  pod,
  restartsOf,
  type Scene,
  shell,
  statusOf,
} from './scene.js';

/** Soon, but with patience for a busy machine. */
const often = { periodSeconds: 1, timeoutSeconds: 15, failureThreshold: 3 };
const web = 'mkdir -p /www; echo well > /www/health; httpd -p 8080 -h /www';

const probed = (name: string, script: string, probes: Partial<Container>): Pod =>
  pod(name, shell(`${script}; ${idle}`, probes), { app: name });

export const probes: Part = {
  objects: [
    probed('ready-by-http', web, {
      ports: [{ name: 'web', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/health', port: 'web' as never }, ...often },
    }),
    object('Service', 'ready-by-http', {
      spec: { selector: { app: 'ready-by-http' }, ports: [{ port: 80, targetPort: 'web' }] },
    }),
    probed('alive-by-http', web, { livenessProbe: { httpGet: { path: '/health', port: 8080 as never }, ...often } }),
    probed('alive-by-tcp', 'httpd -p 8080 -h /', { livenessProbe: { tcpSocket: { port: 8080 as never }, ...often } }),
    probed('alive-by-exec', 'touch /tmp/well', {
      livenessProbe: { exec: { command: ['cat', '/tmp/well'] }, ...often, terminationGracePeriodSeconds: 1 },
    }),
    // Its liveness probe would end it, if it did not wait for the startup probe.
    probed('slow', '{ sleep 3; touch /tmp/up; } & true', {
      startupProbe: { exec: { command: ['test', '-e', '/tmp/up'] }, ...often, failureThreshold: 30 },
      livenessProbe: { exec: { command: ['test', '-e', '/tmp/up'] }, ...often },
    }),
    probed('never-up', 'true', { startupProbe: { tcpSocket: { port: 9 as never }, ...often } }),
  ],

  tests(scene) {
    it('a pod that is not ready is no endpoint of its service, and one again when it is', async () => {
      const { pods, kubectl } = scene();
      await pods.until('ready-by-http', 'ready', isReady);
      const address = (await kubectl('get', 'service', 'ready-by-http', '-o', 'jsonpath={.spec.clusterIP}')).trim();
      await answers(scene(), address, 'well');
      await kubectl('exec', 'ready-by-http', '--', 'mv', '/www/health', '/www/ill');
      await pods.untilNow('ready-by-http', 'unready', p => !isReady(p));
      await eventually(
        () => kubectl('get', 'endpoints', 'ready-by-http', '-o', 'jsonpath={.subsets[*].addresses}'),
        text => text.trim() === '',
      );
      await answers(scene(), address, 'refused');
      await kubectl('exec', 'ready-by-http', '--', 'mv', '/www/ill', '/www/health');
      const healed = await pods.untilNow('ready-by-http', 'ready', isReady);
      await answers(scene(), address, 'well');
      assert.equal(restartsOf(healed), 0);
      await told(scene(), 'ready-by-http', /Readiness probe failed: HTTP probe failed with statuscode: 404/);
    });

    for (const [name, harm, message] of [
      ['alive-by-http', 'rm /www/health', /Liveness probe failed: HTTP probe failed with statuscode: 404/],
      [
        'alive-by-tcp',
        'killall httpd',
        /Liveness probe failed: dial tcp 10\.244\.0\.\d+:8080: connect: connection refused/,
      ],
      ['alive-by-exec', 'rm /tmp/well', /Liveness probe failed: cat: can't open '\/tmp\/well'/],
    ] as const)
      it(`${name}: a container that falls ill is started again`, async () => {
        const before = await scene().pods.until(name, 'ready', isReady);
        await scene().kubectl('exec', name, '--', 'sh', '-c', harm);
        const after = await scene().pods.until(name, 'healed', p => restartsOf(p) === 1 && isReady(p));
        assert.equal(after.metadata.uid, before.metadata.uid);
        await told(scene(), name, message);
        await told(scene(), name, /Container c failed liveness probe, will be restarted/);
      });

    it('a startup probe keeps the others waiting, and the pod from being ready', async () => {
      const started = await scene().pods.until('slow', 'ready', isReady);
      assert.equal(restartsOf(started), 0);
      assert.equal(statusOf(started)?.started, true);
      const early = scene()
        .pods.history('slow')
        .find(({ pod: p }) => statusOf(p)?.state?.running !== undefined);
      assert.deepEqual([statusOf(early?.pod as Pod)?.started, isReady(early?.pod as Pod)], [false, false]);
    });

    it('a startup probe that fails too often restarts the container', async () => {
      await scene().pods.until('never-up', 'restarted', p => restartsOf(p) >= 1);
      await told(scene(), 'never-up', /Container c failed startup probe, will be restarted/);
    });
  },
};

const answers = (scene: Scene, address: string, expected: string) =>
  eventually(
    () => getFromNode(scene, `http://${address}/health`),
    text => text.trim() === expected,
  );

const told = (scene: Scene, name: string, message: RegExp) =>
  eventually(
    () => scene.kubectl('get', 'events', '--field-selector', `involvedObject.name=${name}`),
    text => message.test(text),
  );
