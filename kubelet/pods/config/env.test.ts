import assert from 'node:assert/strict';
import { envFields, volumeFields } from '../../../api/kinds/pod/validate-env.js';
import type { ConfigMap, Container, Pod, Secret, Service } from '../../../api/types.js';
import { containerEnv, type EnvSources } from './env.js';
import { expand } from './expand.js';
import { fieldValue, type PodFacts, resourceValue } from './fields.js';
import { serviceEnv } from './service-env.js';

const facts: PodFacts = {
  nodeName: 'n1',
  nodeIP: '10.0.0.1',
  podIPs: ['10.244.0.5'],
  allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi' },
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: 'u', labels: { b: '2', a: '1' }, annotations: { 'x/y': 'a "b"' } },
  spec: { containers: [], serviceAccountName: 'robot' },
} as Pod;
const service = (name: string, namespace: string, clusterIP: string, ...ports: object[]): Service =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { clusterIP, ports } }) as Service;
const container = (more: Partial<Container>): Container => ({ name: 'c', ...more });

const sources = (services: Service[] = []): EnvSources => ({
  services,
  facts,
  configMap: async name => (name === 'cm' ? ({ data: { K: 'v', other: 'w' } } as unknown as ConfigMap) : undefined),
  secret: async name =>
    name === 's' ? ({ data: { K: Buffer.from('hidden').toString('base64') } } as unknown as Secret) : undefined,
  envFile: async (_volume, path) => ({ good: "A='1'\n", bad: 'A=1' })[path],
});

describe('$(NAME) in values', () => {
  const cases: [string, string][] = [
    ['plain', 'plain'],
    ['$(A)', 'one'],
    ['x$(A)y$(B)', 'xoneytwo'],
    ['$(UNSET)', '$(UNSET)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$A $', '$A $'],
    ['$(A', '$(A'],
    ['$()', '$()'],
  ];
  for (const [text, expected] of cases) {
    it(`${text} is ${expected}`, () =>
      assert.equal(
        expand(text, name => ({ A: 'one', B: 'two' })[name]),
        expected,
      ));
  }
});

describe('fields of the downward API', () => {
  const cases: [string, string][] = [
    ['metadata.name', 'p'],
    ['metadata.namespace', 'default'],
    ['metadata.uid', 'u'],
    ['metadata.labels', 'a="1"\nb="2"'],
    ["metadata.labels['b']", '2'],
    ["metadata.labels['none']", ''],
    ["metadata.annotations['x/y']", 'a "b"'],
    ['metadata.annotations', 'x/y="a \\"b\\""'],
    ['spec.nodeName', 'n1'],
    ['spec.serviceAccountName', 'robot'],
    ['status.hostIP', '10.0.0.1'],
    ['status.podIP', '10.244.0.5'],
  ];
  for (const [path, expected] of cases) it(path, () => assert.equal(fieldValue(pod, path, facts), expected));
  for (const path of new Set([...envFields, ...volumeFields]))
    it(`${path}, as the API server lets it through`, () => assert.doesNotThrow(() => fieldValue(pod, path, facts)));
  it('others are refused', () =>
    assert.throws(() => fieldValue(pod, 'spec.containers', facts), /unsupported fieldPath/));

  const c = container({ resources: { limits: { memory: '64Mi' }, requests: { cpu: '250m' } } });
  const amounts: [string, string | undefined, string][] = [
    ['limits.memory', undefined, '67108864'],
    ['limits.memory', '1Mi', '64'],
    ['requests.cpu', undefined, '1'],
    ['requests.cpu', '1m', '250'],
    ['limits.cpu', undefined, '4'],
    ['requests.memory', undefined, '0'],
    ['limits.cpu', '0', '4'],
    ['limits.hugepages-2Mi', undefined, '0'],
  ];
  for (const [resource, divisor, expected] of amounts) {
    it(`${resource} in units of ${divisor}`, () => assert.equal(resourceValue(c, resource, divisor, facts), expected));
  }
});

describe('the variables of services', () => {
  const api = service('kubernetes', 'default', '10.96.0.1', { name: 'https', port: 443, protocol: 'TCP' });
  it('tell addresses and ports', () => {
    const web = service(
      'my-web',
      'default',
      '10.96.0.9',
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    );
    assert.deepEqual(Object.fromEntries(serviceEnv(pod, [web])), {
      MY_WEB_SERVICE_HOST: '10.96.0.9',
      MY_WEB_SERVICE_PORT: '80',
      MY_WEB_SERVICE_PORT_HTTP: '80',
      MY_WEB_SERVICE_PORT_DNS: '53',
      MY_WEB_PORT: 'tcp://10.96.0.9:80',
      MY_WEB_PORT_80_TCP: 'tcp://10.96.0.9:80',
      MY_WEB_PORT_80_TCP_PROTO: 'tcp',
      MY_WEB_PORT_80_TCP_PORT: '80',
      MY_WEB_PORT_80_TCP_ADDR: '10.96.0.9',
      MY_WEB_PORT_53_UDP: 'udp://10.96.0.9:53',
      MY_WEB_PORT_53_UDP_PROTO: 'udp',
      MY_WEB_PORT_53_UDP_PORT: '53',
      MY_WEB_PORT_53_UDP_ADDR: '10.96.0.9',
    });
  });
  it('leave out headless ones and other namespaces, but not the API', () => {
    const there = [api, service('h', 'default', 'None', { port: 1 }), service('o', 'other', '10.96.0.8', { port: 1 })];
    const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'mine' } };
    assert.equal(serviceEnv(elsewhere, there).get('KUBERNETES_SERVICE_HOST'), '10.96.0.1');
    assert.equal([...serviceEnv(elsewhere, there).keys()].filter(k => !k.startsWith('KUBERNETES')).length, 0);
  });
  it('are only the API without links', () => {
    const unlinked = { ...pod, spec: { ...pod.spec, enableServiceLinks: false } } as Pod;
    const names = serviceEnv(unlinked, [api, service('w', 'default', '10.96.0.9', { port: 80 })]).keys();
    assert.ok([...names].every(name => name.startsWith('KUBERNETES')));
  });
});

describe("a container's environment", () => {
  const envOf = async (c: Partial<Container>, services: Service[] = []): Promise<Record<string, string>> =>
    Object.fromEntries(await containerEnv(pod, container(c), sources(services)));

  it('lets env override envFrom, and envFrom the services', async () => {
    const env = await envOf(
      {
        envFrom: [{ configMapRef: { name: 'cm' } }, { prefix: 'W_', secretRef: { name: 's' } }],
        env: [
          { name: 'other', value: 'mine' },
          { name: 'SEES', value: '$(K)-$(W_K)-$(W_SERVICE_HOST)' },
        ],
      },
      [service('w', 'default', '10.96.0.9', { port: 80 })],
    );
    assert.equal(env.K, 'v');
    assert.equal(env.W_K, 'hidden');
    assert.equal(env.other, 'mine');
    assert.equal(env.SEES, 'v-hidden-10.96.0.9');
  });

  it('leaves out what is optional and not there', async () => {
    const env = await envOf({
      envFrom: [{ configMapRef: { name: 'none', optional: true } }],
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'k', optional: true } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'none', optional: true } } },
      ],
    });
    assert.deepEqual(env, {});
  });

  const fromFile = (path: string, key: string, optional?: boolean): Partial<Container> => ({
    env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path, key, ...(optional ? { optional } : {}) } } }],
  });
  it('takes values from files, and leaves out what is optional and not in them', async () => {
    assert.deepEqual(await envOf(fromFile('good', 'A')), { A: '1' });
    assert.deepEqual(await envOf(fromFile('good', 'B', true)), {});
    assert.deepEqual(await envOf(fromFile('none', 'A', true)), {});
  });

  const refused: [string, Partial<Container>, RegExp][] = [
    ['a missing file', fromFile('none', 'A'), /^Error: env file "none" not found in volume "v"$/],
    ['a key that is not in its file', fromFile('good', 'B'), /environment variable key "B" not found in file "good"$/],
    [
      'a file that is none of variables, optional or not',
      fromFile('bad', 'A', true),
      /couldn't parse env file "bad" of volume "v": line 1 is not of the form NAME='VALUE'$/,
    ],
    ['a missing ConfigMap', { envFrom: [{ configMapRef: { name: 'none' } }] }, /^Error: configmap "none" not found$/],
    ['a missing Secret', { envFrom: [{ secretRef: { name: 'none' } }] }, /secret "none" not found/],
    [
      'a missing key',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } }] },
      /couldn't find key k in ConfigMap default\/cm/,
    ],
    [
      'a missing object with a key',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }] },
      /secret "none" not found/,
    ],
  ];
  for (const [what, c, message] of refused) it(`refuses ${what}`, () => assert.rejects(envOf(c), message));
});
