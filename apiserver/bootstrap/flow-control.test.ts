import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';
import { keepFlowControl } from './flow-control.js';

const group = '/apis/flowcontrol.apiserver.k8s.io/v1';
const merge = { 'content-type': 'application/merge-patch+json' };

describe('the priority levels and flow schemas of every cluster', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await keepFlowControl(api.env);
  });
  afterEach(() => api.close());

  const schema = (name: string) => api.must(200, `GET ${group}/flowschemas/${name}`);
  const dangling = async (name: string) => (await schema(name)).status.conditions[0];
  const level = (name: string) => `${group}/prioritylevelconfigurations/${name}`;

  it('are there, and are written once', async () => {
    const { items } = await api.must(200, `GET ${group}/flowschemas`);
    assert.equal(items.length, 13);
    assert.equal((await api.must(200, `GET ${group}/prioritylevelconfigurations`)).items.length, 8);
    const revision = await api.store.revision();
    await keepFlowControl(api.env);
    assert.equal(await api.store.revision(), revision);
  });

  it('are made again, and put right where they are mandatory or say that they are ours', async () => {
    await api.must(200, `DELETE ${level('catch-all')}`);
    const shares = (count: number) => ({ spec: { limited: { nominalConcurrencyShares: count } } });
    const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'false' };
    await api.must(200, `PATCH ${level('workload-low')}`, shares(1), merge);
    await api.must(200, `PATCH ${level('workload-high')}`, { ...shares(1), metadata: { annotations } }, merge);
    await keepFlowControl(api.env);
    const sharesOf = async (name: string) =>
      (await api.must(200, `GET ${level(name)}`)).spec.limited.nominalConcurrencyShares;
    assert.deepEqual(
      [await sharesOf('catch-all'), await sharesOf('workload-low'), await sharesOf('workload-high')],
      [5, 100, 1],
    );
  });

  it('say whether their level is there', async () => {
    assert.deepEqual([(await dangling('probes')).status, (await dangling('probes')).reason], ['False', 'Found']);
    const spec = {
      priorityLevelConfiguration: { name: 'gone' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'a' } }],
          nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
        },
      ],
    };
    await api.must(201, `POST ${group}/flowschemas`, { metadata: { name: 'mine' }, spec });
    await keepFlowControl(api.env);
    const { status, message } = await dangling('mine');
    assert.equal(status, 'True');
    assert.match(message, /object named "gone" but there is no such object$/);
  });
});
