import assert from 'node:assert/strict';
import { openMemoryStore } from '../../storage/memory/open.js';
import { parseTarget } from '../http/request-info.js';
import { type Metrics, openMetrics } from './metrics.js';
import { timedStore } from './timed-store.js';

const objects = new Map([['pods', 3]]);
const open = (): Metrics => openMetrics({ watchers: () => 7, objects: () => objects });
const lines = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter(line => !line.startsWith('#'));

describe('the metrics of requests', () => {
  const rows: [method: string, target: string, labels: string][] = [
    ['GET', '/api/v1/namespaces/a/pods/b', 'verb="GET",dry_run="",group="",resource="pods",scope="resource"'],
    ['GET', '/api/v1/pods', 'verb="LIST",scope="cluster"'],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', 'verb="WATCH",scope="namespace"'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', 'verb="POST",group="apps",version="v1",resource="deployments"'],
    ['PUT', '/api/v1/namespaces/a/pods/b/status', 'verb="PUT",subresource="status"'],
    ['DELETE', '/api/v1/namespaces/a/pods', 'verb="DELETECOLLECTION",scope="namespace",component="apiserver"'],
  ];
  for (const [method, target, labels] of rows)
    it(`count ${method} ${target} as Kubernetes does`, async () => {
      const metrics = open();
      const { info } = parseTarget(method, target);
      metrics.answered({ info, code: 200, milliseconds: 30, dryRun: false, apply: false });
      const [line = ''] = await lines(metrics, 'apiserver_request_total');
      for (const label of labels.split(',')) assert.ok(line.includes(label), `${label} in ${line}`);
      assert.match(line, /code="200"\} 1$/);
      const durations = await lines(metrics, 'apiserver_request_duration_seconds');
      assert.ok(durations.some(one => one.includes('le="0.025"') && one.endsWith(' 0')));
      assert.ok(durations.some(one => one.includes('le="0.05"') && one.endsWith(' 1')));
    });

  it('tell an apply from a patch, and a dry run from a write', async () => {
    const metrics = open();
    const { info } = parseTarget('PATCH', '/api/v1/namespaces/a/pods/b');
    metrics.answered({ info, code: 200, milliseconds: 1, dryRun: true, apply: true });
    const [line = ''] = await lines(metrics, 'apiserver_request_total');
    assert.match(line, /verb="APPLY",dry_run="All"/);
  });
});

describe('the metrics of what there is', () => {
  it('are counted when somebody asks', async () => {
    const metrics = open();
    const watches = 'apiserver_longrunning_requests{verb="WATCH",component="apiserver"} 7';
    assert.deepEqual(await lines(metrics, 'apiserver_longrunning_requests'), [watches]);
    assert.deepEqual(await lines(metrics, 'apiserver_storage_objects'), [
      'apiserver_storage_objects{resource="pods"} 3',
    ]);
  });
});

describe('a timed store', () => {
  it('answers as the store does, and tells how long each answer took, refusals too', async () => {
    const told: string[] = [];
    let now = 0;
    const clock = (): number => now++;
    const store = timedStore(openMemoryStore(), clock, (operation, type, ms) =>
      told.push(`${operation} ${type} ${ms}`),
    );
    const key = '/registry/pods/default/web';
    const made = await store.create(key, Buffer.from('1'));
    assert.equal(made.ok, true);
    assert.equal((await store.create(key, Buffer.from('2'))).ok, false);
    assert.equal(Buffer.from((await store.get(key))?.value ?? '').toString(), '1');
    assert.equal((await store.list('/registry/')).entries.length, 1);
    assert.equal((await store.delete(key)).ok, true);
    assert.equal(store.currentRevision?.(), await store.revision());
    await store.close();
    await assert.rejects(store.get(key));
    assert.deepEqual(told, ['create pods 1', 'create pods 1', 'get pods 1', 'list  1', 'delete pods 1', 'get pods 1']);
  });
});
