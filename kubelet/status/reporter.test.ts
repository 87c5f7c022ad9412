import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Pod, PodStatus } from '../../api/types.js';
import { ConnectionError } from '../../client/client.js';
import { pods } from '../../client/resources.js';
import { ManualClock, settled } from '../../client/testing/clock.js';
import { PodsApi } from '../test/pods-api.js';
import { StatusReporter } from './reporter.js';

const name = { namespace: 'd', name: 'p' };
const status = (phase: string, ready = 'False'): PodStatus => ({
  phase,
  conditions: [{ type: 'Ready', status: ready }],
});

async function setUp() {
  const clock = new ManualClock();
  const api = new PodsApi();
  const pod = await api.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { ...name } } as Pod);
  const signal = new AbortController().signal;
  const reporter = new StatusReporter(pod, { client: api, clock, log: pino({ level: 'silent' }), signal });
  const patches = (): number => api.writes.filter(w => w.verb === 'patch').length;
  return { clock, api, pod, reporter, patches };
}

describe("the report of a pod's status", () => {
  it('is sent when it changes, and only then', async () => {
    const { api, reporter, patches } = await setUp();
    reporter.report(status('Pending'), 'a test');
    await reporter.settled();
    reporter.report(status('Pending'), 'a test');
    await reporter.settled();
    assert.equal(patches(), 1);
    reporter.report(status('Running', 'True'), 'a test');
    await reporter.settled();
    assert.equal((await api.get(pods, name)).status?.phase, 'Running');
  });

  it('says what has changed it', async () => {
    const { api, reporter } = await setUp();
    reporter.report(status('Pending'), 'it came');
    await reporter.settled();
    reporter.report(status('Running', 'True'), 'it ran');
    reporter.report(status('Running', 'True'), 'nothing');
    await reporter.settled();
    const causes = api.writes.filter(w => w.subresource === 'status').map(w => w.cause);
    assert.deepEqual(causes, ['it came', 'it ran']);
  });

  it('is the newest when the API comes back', async () => {
    const { clock, api, reporter, patches } = await setUp();
    api.fault = () => {
      throw new ConnectionError('away');
    };
    reporter.report(status('Pending'), 'a test');
    reporter.report(status('Running'), 'a test');
    await clock.advance(60_000);
    reporter.report(status('Running', 'True'), 'a test');
    api.fault = () => {};
    await clock.advance(10_000);
    await reporter.settled();
    const written = (await api.get(pods, name)).status;
    assert.deepEqual([written?.phase, written?.conditions?.[0]?.status], ['Running', 'True']);
    assert.equal(patches(), 1);
  });

  it('is sent again when somebody else has written otherwise', async () => {
    const { api, reporter } = await setUp();
    reporter.report(status('Running', 'True'), 'a test');
    await reporter.settled();
    await api.patch(pods, name, 'strategic', { status: status('Running', 'False') });
    reporter.correct((await api.get(pods, name)).status, 'a test');
    await reporter.settled();
    assert.equal((await api.get(pods, name)).status?.conditions?.[0]?.status, 'True');
  });

  it('never reaches another pod of the same name', async () => {
    const { clock, api, reporter } = await setUp();
    await api.delete(pods, name, { gracePeriodSeconds: 0 });
    await api.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { ...name } } as Pod);
    reporter.report(status('Failed'), 'a test');
    await reporter.settled();
    await clock.advance(60_000);
    await settled();
    assert.equal((await api.get(pods, name)).status, undefined);
  });
});
