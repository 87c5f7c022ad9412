import assert from 'node:assert/strict';
import pino from 'pino';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { openTestApi } from '../testing/harness.js';
import type { Summary } from './figures.js';
import { usageKinds } from './index.js';

const time = '2026-01-01T00:00:00Z';
const figures = (cpu: number | undefined, bytes: number) => ({
  cpu: { time, ...(cpu === undefined ? {} : { usageNanoCores: cpu }) },
  memory: { workingSetBytes: bytes },
});
const summary: Summary = {
  node: figures(250_000_000, 1024 * 1024),
  pods: [
    {
      podRef: { name: 'web', namespace: 'default' },
      containers: [
        { name: 'a', ...figures(1_000_000, 4096) },
        { name: 'b', ...figures(2_000_000, 8192) },
      ],
    },
    { podRef: { name: 'new', namespace: 'default' }, containers: [{ name: 'a', ...figures(undefined, 4096) }] },
  ],
};
const pod = (name: string, nodeName?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: nodeName ? { nodeName } : {},
});
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

describe('metrics.k8s.io', () => {
  const root = '/apis/metrics.k8s.io/v1beta1';
  const asked: string[] = [];
  let api: Awaited<ReturnType<typeof openTestApi>>;
  before(async () => {
    const objects = [node('n1'), node('gone'), pod('web', 'n1'), pod('new', 'n1'), pod('lost', 'gone'), pod('waits')];
    const ask = async (name: string): Promise<Summary> => {
      asked.push(name);
      if (name !== 'n1') throw new Error('no answer');
      return summary;
    };
    const lookup = new FakeLookup(objects as never);
    const clock = { now: () => 0, sleep: async () => undefined };
    const log = pino({ level: 'silent' });
    api = await openTestApi({ computed: new Map(usageKinds({ lookup, clock, log, ask })) });
  });
  after(() => api.close());

  it('shows what nodes use, and nothing of those that do not say', async () => {
    const { items } = await api.must(200, `GET ${root}/nodes`);
    assert.deepEqual(
      items.map((item: { metadata: { name: string }; usage: object }) => [item.metadata.name, item.usage]),
      [['n1', { cpu: '250000000n', memory: '1024Ki' }]],
    );
    assert.equal((await api.must(404, `GET ${root}/nodes/gone`)).reason, 'NotFound');
  });

  it('shows what each container of a pod uses, once all are measured', async () => {
    const { items } = await api.must(200, `GET ${root}/namespaces/default/pods`);
    assert.equal(items.length, 1);
    assert.deepEqual(items[0].containers, [
      { name: 'a', usage: { cpu: '1000000n', memory: '4Ki' } },
      { name: 'b', usage: { cpu: '2000000n', memory: '8Ki' } },
    ]);
    const one = await api.must(200, `GET ${root}/namespaces/default/pods/web`);
    assert.deepEqual([one.kind, one.window, one.timestamp], ['PodMetrics', '15s', time]);
  });

  it('asks only the nodes of what is asked about, and not twice in a moment', async () => {
    asked.length = 0;
    const { items } = await api.must(200, `GET ${root}/pods?labelSelector=app%3Dnone`);
    assert.deepEqual([items, asked], [[], []]);
    await api.must(200, `GET ${root}/pods?labelSelector=app%3Dweb`);
    assert.deepEqual(asked, [], 'its node said so a moment ago');
  });
});
