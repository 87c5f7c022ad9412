import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../../testing/harness.js';

const core = '/api/v1/namespaces/default';
const policy = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

describe('pods/eviction', () => {
  let api: TestApi;
  const eviction = (more: object = {}): object => ({ metadata: { name: 'web' }, ...more });
  const evict = (code: number, body: object = eviction(), query = '') =>
    api.must(code, `POST ${core}/pods/web/eviction${query}`, body);

  /** A running, ready pod that the budget may spare so many times. */
  const scene = async (disruptionsAllowed: number): Promise<void> => {
    const pod = await api.must(201, `POST ${core}/pods`, {
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'i' }], nodeName: 'n1' },
    });
    pod.status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await api.must(200, `PUT ${core}/pods/web/status`, pod);
    const budget = await api.must(201, `POST ${policy}`, {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 1 },
    });
    budget.status = {
      observedGeneration: 1,
      disruptionsAllowed,
      currentHealthy: 2,
      desiredHealthy: 2,
      expectedPods: 2,
    };
    await api.must(200, `PUT ${policy}/web/status`, budget);
  };
  const allowed = async (): Promise<unknown> => (await api.must(200, `GET ${policy}/web`)).status.disruptionsAllowed;

  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('takes one from the budget, and marks the pod', async () => {
    await scene(1);
    const answer = await evict(201);
    assert.equal(answer.status, 'Success');
    const { metadata, status } = await api.must(200, `GET ${core}/pods/web`);
    assert.equal(metadata.deletionGracePeriodSeconds, 30);
    const condition = status.conditions.find(({ type }: { type: string }) => type === 'DisruptionTarget');
    assert.deepEqual([condition.status, condition.reason], ['True', 'EvictionByEvictionAPI']);
    const budget = await api.must(200, `GET ${policy}/web`);
    assert.equal(budget.status.disruptionsAllowed, 0);
    assert.deepEqual(Object.keys(budget.status.disruptedPods), ['web']);
  });

  it('is refused when the budget is used up, and the pod stays', async () => {
    await scene(0);
    const answer = await evict(429);
    assert.equal(answer.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    assert.deepEqual(answer.details.causes, [
      { reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' },
    ]);
    assert.equal((await api.must(200, `GET ${core}/pods/web`)).metadata.deletionTimestamp, undefined);
  });

  it('is told when to ask again while the budget is being counted', async () => {
    await scene(1);
    const budget = await api.must(200, `GET ${policy}/web`);
    await api.must(200, `PUT ${policy}/web`, { ...budget, spec: { ...budget.spec, minAvailable: 2 } });
    const { headers } = await api.ask(`POST ${core}/pods/web/eviction`, eviction());
    assert.equal(headers['retry-after'], '10');
  });

  it('tries without a trace', async () => {
    await scene(1);
    await evict(201, eviction({ deleteOptions: { dryRun: ['All'] } }));
    await evict(201, eviction(), '?dryRun=All');
    assert.equal(await allowed(), 1);
    assert.equal((await api.must(200, `GET ${core}/pods/web`)).metadata.deletionTimestamp, undefined);
  });

  it('is understood in its older version too', async () => {
    await scene(1);
    await evict(201, eviction({ apiVersion: 'policy/v1beta1', kind: 'Eviction' }));
    assert.equal(await allowed(), 0);
  });

  it('holds to its preconditions, and to the pod that it names', async () => {
    await scene(1);
    await evict(409, eviction({ deleteOptions: { preconditions: { uid: 'other' } } }));
    await evict(400, { metadata: { name: 'db' } });
    await api.must(404, `POST ${core}/pods/db/eviction`, { metadata: { name: 'db' } });
  });

  it('serves budgets and cron jobs in their older versions as well', async () => {
    await scene(1);
    const beta = await api.must(200, `GET ${policy.replace('/v1/', '/v1beta1/')}/web`);
    assert.equal(beta.apiVersion, 'policy/v1beta1');
    const schedule = {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
      },
    };
    await api.must(201, 'POST /apis/batch/v1beta1/namespaces/default/cronjobs', {
      metadata: { name: 'a' },
      spec: schedule,
    });
    assert.equal((await api.must(200, 'GET /apis/batch/v1/namespaces/default/cronjobs/a')).apiVersion, 'batch/v1');
  });
});
