/** What a container finds when it starts: its environment, its command, its working directory. */
import assert from 'node:assert/strict';
import type { Container } from '../../../api/types.js';
import { idle, isReady, object, type Part, pod, shell, waitingOf } from './scene.js';

const from = (source: object): Pick<NonNullable<Container['env']>[number], 'valueFrom'> => ({ valueFrom: source });
const field = (fieldPath: string) => from({ fieldRef: { fieldPath } });

const container = shell(`printf '%s|' "$0" "$@"; pwd; ${idle}`, {
  args: ['zero', '$(GREETING)', '$$(GREETING)', '$(NOBODY)'],
  workingDir: '/var/run',
  envFrom: [
    { prefix: 'CFG_', configMapRef: { name: 'palette' } },
    { secretRef: { name: 'door' } },
    { configMapRef: { name: 'nowhere', optional: true } },
  ],
  env: [
    { name: 'GREETING', value: 'the $(CFG_colour) $(SHAPE) at $(LATE_SERVICE_HOST)' },
    { name: 'SHAPE', value: 'defined later' },
    { name: 'NAME', ...field('metadata.name') },
    { name: 'NAMESPACE', ...field('metadata.namespace') },
    { name: 'TIER', ...field("metadata.labels['tier']") },
    { name: 'NODE', ...field('spec.nodeName') },
    { name: 'ACCOUNT', ...field('spec.serviceAccountName') },
    { name: 'HOST_IP', ...field('status.hostIP') },
    { name: 'POD_IP', ...field('status.podIP') },
    { name: 'CODE', ...from({ secretKeyRef: { name: 'door', key: 'code' } }) },
    { name: 'SIZE', ...from({ configMapKeyRef: { name: 'palette', key: 'size' } }) },
    { name: 'ABSENT', ...from({ configMapKeyRef: { name: 'palette', key: 'none', optional: true } }) },
    { name: 'MEMORY', ...from({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }) },
    { name: 'code', value: 'env wins over envFrom' },
  ],
  resources: { limits: { memory: '24Mi' } },
});

export const environment: Part = {
  objects: [
    object('ConfigMap', 'palette', { data: { colour: 'red', size: 'big' } }),
    object('Secret', 'door', { stringData: { code: '1234', key: 'under the mat' } }),
    object('Service', 'late', { spec: { ports: [{ name: 'main-port', port: 80 }] } }),
    pod('environment', container, { tier: 'back' }),
    pod('unset', shell(idle, { envFrom: [{ secretRef: { name: 'nowhere' } }] })),
  ],

  tests(scene) {
    it('a container gets the environment that its pod describes, and the services', async () => {
      const { status } = await scene().pods.until('environment', 'ready', isReady);
      const printed = await scene().kubectl('exec', 'environment', '--', 'env');
      const env = new Map(printed.split('\n').map(line => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
      const service = (await scene().kubectl('get', 'service', 'late', '-o', 'jsonpath={.spec.clusterIP}')).trim();
      const expected = {
        CFG_colour: 'red',
        CFG_size: 'big',
        key: 'under the mat',
        code: 'env wins over envFrom',
        GREETING: `the red $(SHAPE) at ${service}`,
        NAME: 'environment',
        NAMESPACE: 'default',
        TIER: 'back',
        NODE: 'lab',
        ACCOUNT: 'default',
        HOST_IP: '198.18.0.1',
        POD_IP: status?.podIP,
        CODE: '1234',
        SIZE: 'big',
        ABSENT: undefined,
        MEMORY: '24',
        HOSTNAME: 'environment',
        LATE_SERVICE_PORT_MAIN_PORT: '80',
        LATE_PORT: `tcp://${service}:80`,
        KUBERNETES_SERVICE_HOST: '10.96.0.1',
        KUBERNETES_SERVICE_PORT: '443',
      };
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map(name => [name, env.get(name)])), expected);
    });

    it('command, args and working directory, with $(NAME) replaced where there is such a variable', async () => {
      const service = (await scene().kubectl('get', 'service', 'late', '-o', 'jsonpath={.spec.clusterIP}')).trim();
      const greeting = `the red $(SHAPE) at ${service}`;
      assert.equal(await scene().kubectl('logs', 'environment'), `zero|${greeting}|$(GREETING)|$(NOBODY)|/var/run\n`);
    });

    it('a container whose secret is missing waits for it', async () => {
      const reason = 'CreateContainerConfigError';
      const waiting = await scene().pods.until('unset', reason, p => waitingOf(p)?.reason === reason);
      assert.equal(waitingOf(waiting)?.message, 'secret "nowhere" not found');
      await scene().create([object('Secret', 'nowhere', { stringData: { found: 'yes' } })]);
      await scene().pods.until('unset', 'ready', isReady);
      assert.match(await scene().kubectl('exec', 'unset', '--', 'env'), /^found=yes$/m);
    });
  },
};
