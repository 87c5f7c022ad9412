/** Fairness as clients meet it: over the API, with a level whose seats are all taken. */
import assert from 'node:assert/strict';
import { keepFlowControl } from '../bootstrap/flow-control.js';
import type { User } from '../contracts.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';

const users: Record<string, User> = {
  busy: { name: 'busy', groups: ['system:authenticated'] },
  calm: { name: 'calm', groups: ['system:authenticated'] },
  node: { name: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] },
  root: { name: 'root', groups: ['system:masters', 'system:authenticated'] },
};
const as = (name: string) => ({ authorization: name });
const configMaps = '/api/v1/namespaces/default/configmaps';

describe('a server that is busy', () => {
  let api: TestApi;
  /** What writes of ConfigMaps wait for. */
  let finish: () => void = () => undefined;
  let slow: Promise<void>;
  beforeEach(async () => {
    slow = new Promise(resolve => {
      finish = resolve;
    });
    api = await openTestApi({
      seats: 60,
      authenticate: ({ authorization = '' }) => users[authorization] ?? (users.root as User),
      admission: [{ name: 'Slow', handles: ({ row }) => row.plural === 'configmaps', mutate: () => slow }],
    });
    await keepFlowControl(api.env);
  });
  afterEach(() => api.close());

  const create = (user: string, name: string) => api.ask(`POST ${configMaps}`, { metadata: { name } }, as(user));
  const lease = { metadata: { name: 'n' }, spec: { holderIdentity: 'n' } };
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

  it('serves the leases of nodes, and administrators, whatever one client sends', async () => {
    const flood = Array.from({ length: 1000 }, (_, i) => create('busy', `c${i}`));
    await settled();
    const renewed = await api.ask(`POST ${leases}`, lease, as('node'));
    assert.equal(renewed.code, 201);
    assert.equal((await api.ask('GET /api/v1/pods', undefined, as('root'))).code, 200);
    finish();
    const codes = (await Promise.all(flood)).map(({ code }) => code);
    // Those with a seat, and those in the six queues of the client's hand, of fifty each.
    assert.equal(codes.filter(code => code === 201).length, 5 + 300);
    assert.equal(codes.filter(code => code === 429).length, 1000 - 305);
  });

  it('asks those that it turns away to come again, and says which objects decided', async () => {
    const flood = Array.from({ length: 400 }, (_, i) => create('busy', `c${i}`));
    const { body, headers } = await create('busy', 'late');
    assert.deepEqual([body.code, body.reason, headers['retry-after']], [429, 'TooManyRequests', '1']);
    const group = '/apis/flowcontrol.apiserver.k8s.io/v1';
    const schema = await api.must(200, `GET ${group}/flowschemas/global-default`);
    const level = await api.must(200, `GET ${group}/prioritylevelconfigurations/global-default`);
    assert.equal(headers['x-kubernetes-pf-flowschema-uid'], schema.metadata.uid);
    assert.equal(headers['x-kubernetes-pf-prioritylevel-uid'], level.metadata.uid);
    finish();
    await Promise.all(flood);
  });

  it('serves a quiet client among those that wait', async () => {
    const flood = Array.from({ length: 200 }, (_, i) => create('busy', `c${i}`));
    const calm = create('calm', 'calm');
    finish();
    await Promise.all([...flood, calm]);
    assert.equal((await calm).code, 201);
    const order = api.audit.filter(({ info }) => info.resource === 'configmaps').map(({ user }) => user.name);
    assert.ok(order.indexOf('calm') < 20, `${order.indexOf('calm')} came before`);
  });

  it('turns away who has waited for fifteen seconds', async () => {
    let answered = 0;
    const flood = Array.from({ length: 100 }, (_, i) => create('busy', `c${i}`).finally(() => answered++));
    await settled();
    api.tick(14_999);
    await settled();
    assert.equal(answered, 0);
    api.tick(1);
    await settled();
    const turnedAway = answered;
    // Some have seats meanwhile that others did not use.
    assert.ok(turnedAway > 10 && turnedAway < 95, `${turnedAway}`);
    finish();
    const codes = (await Promise.all(flood)).map(({ code }) => code);
    assert.equal(codes.filter(code => code === 429).length, turnedAway);
    assert.equal(codes.filter(code => code === 201).length, 100 - turnedAway);
  });

  it('is configured while it runs', async () => {
    const level = {
      metadata: { name: 'wide' },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 500, limitResponse: { type: 'Reject' } } },
    };
    const group = '/apis/flowcontrol.apiserver.k8s.io/v1';
    await api.must(201, `POST ${group}/prioritylevelconfigurations`, level);
    const subjects = [{ kind: 'User', user: { name: 'busy' } }];
    const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }];
    const spec = {
      priorityLevelConfiguration: { name: 'wide' },
      matchingPrecedence: 7,
      rules: [{ subjects, resourceRules }],
    };
    const schema = await api.must(201, `POST ${group}/flowschemas`, { metadata: { name: 'wide' }, spec });
    const flood = Array.from({ length: 20 }, (_, i) => create('busy', `c${i}`));
    finish();
    const answers = await Promise.all(flood);
    assert.ok(answers.every(({ code }) => code === 201));
    assert.equal(answers[0]?.headers['x-kubernetes-pf-flowschema-uid'], schema.metadata.uid);
  });
});
