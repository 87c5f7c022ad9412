import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { AuditRecord, Authenticator, Authorizer } from '../contracts.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { Api } from './api.js';

const pods = '/api/v1/namespaces/default/pods';

describe('the way of a request', () => {
  let base: TestApi;
  let audit: AuditRecord[];
  beforeEach(async () => {
    base = await openTestApi();
    audit = [];
  });
  afterEach(() => base.close());

  function open(
    parts: { authenticator?: Authenticator; authorizer?: Authorizer; onError?: (e: unknown) => void } = {},
  ) {
    const api = new Api({
      env: base.env,
      clock: base.clock,
      authenticator: parts.authenticator ?? { authenticate: () => ({ name: 'jane', groups: [] }) },
      authorizer: parts.authorizer ?? { authorize: () => ({ allowed: true, reason: 'because' }) },
      audit: { record: record => audit.push(record), close: async () => undefined },
      onError: parts.onError ?? (error => assert.fail(String(error))),
    });
    const ask = async (line: string, headers: Record<string, string> = {}, body = Buffer.alloc(0)) => {
      const [method = '', target = ''] = line.split(' ');
      const answer = await api.handle({ method, target, headers, remoteAddress: '10.0.0.1', body: async () => body });
      return { ...answer, json: JSON.parse(Buffer.concat(answer.body).toString()) };
    };
    return { api, ask };
  }

  it('ends with 401 when its credentials are false', async () => {
    const { ask } = open({
      authenticator: {
        authenticate: () => {
          throw statusError('Unauthorized', 'a detail that is nobody’s business');
        },
      },
    });
    const { status, json } = await ask(`GET ${pods}`, { authorization: 'Bearer wrong' });
    assert.deepEqual([status, json.reason, json.message], [401, 'Unauthorized', 'Unauthorized']);
    assert.deepEqual(
      audit.map(({ code, user }) => [code, user.name]),
      [[401, 'system:anonymous']],
    );
  });

  it('ends with 403, in Kubernetes’ words, when it is not allowed', async () => {
    const { ask } = open({ authorizer: { authorize: () => ({ allowed: false, reason: 'no rule' }) } });
    const { status, json } = await ask(`GET ${pods}/web/log`);
    assert.equal(status, 403);
    assert.equal(
      json.message,
      'pods "web" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default": no rule',
    );
    assert.equal(audit[0]?.decision, 'forbid: no rule');
  });

  it('is refused before it is known whether there is such a thing', async () => {
    const { ask } = open({ authorizer: { authorize: () => ({ allowed: false, reason: '' }) } });
    assert.equal((await ask('GET /api/v1/nonsense')).status, 403);
  });

  it('may be made as somebody else, by who may', async () => {
    const asked: string[] = [];
    const { ask } = open({
      authorizer: {
        authorize: (user, info) => {
          asked.push(`${user.name} ${info.verb} ${info.resource} ${info.name}`);
          return { allowed: true, reason: '' };
        },
      },
    });
    await ask(`GET ${pods}`, { 'impersonate-user': 'joe' });
    assert.deepEqual(asked, ['jane impersonate users joe', 'joe list pods ']);
    assert.deepEqual(
      audit.map(({ user, impersonatedUser, code }) => [user.name, impersonatedUser?.name, code]),
      [['jane', 'joe', 200]],
    );
  });

  it('is not made as somebody else by who may not, and the audit log says who tried', async () => {
    const { ask } = open({
      authorizer: {
        authorize: (_user, { verb }) =>
          verb === 'impersonate' ? { allowed: false, reason: 'no rule' } : { allowed: true, reason: '' },
      },
    });
    assert.equal((await ask(`GET ${pods}`, { 'impersonate-user': 'joe' })).status, 403);
    const why =
      'users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope: no rule';
    assert.deepEqual(
      audit.map(({ user, impersonatedUser, info, code, decision }) => [
        user.name,
        impersonatedUser,
        info.verb,
        code,
        decision,
      ]),
      [['jane', undefined, 'list', 403, `forbid: ${why}`]],
    );
  });

  it('leaves a line in the audit log, with its cause and its revision', async () => {
    const { ask } = open();
    const headers = { 'orrery-cause': 'because', 'user-agent': 'test', 'audit-id': 'mine' };
    const body = Buffer.from(JSON.stringify({ metadata: { name: 'a' } }));
    const made = await ask('POST /api/v1/namespaces/default/configmaps', headers, body);
    assert.equal(made.headers['audit-id'], 'mine');
    const [{ info, bodies, ...record } = assert.fail('no record')] = audit;
    assert.deepEqual([info.verb, info.resource, info.name], ['create', 'configmaps', 'a']);
    assert.deepEqual(Object.keys(bodies?.() ?? {}), ['request', 'response']);
    assert.deepEqual(record, {
      auditID: 'mine',
      stage: 'ResponseComplete',
      requestReceivedTimestamp: base.clock.time,
      stageTimestamp: base.clock.time,
      user: { name: 'jane', groups: [] },
      requestURI: '/api/v1/namespaces/default/configmaps',
      sourceIP: '10.0.0.1',
      userAgent: 'test',
      code: 201,
      revision: 2,
      cause: 'because',
      decision: 'allow: because',
    });
  });

  it('does not take just anything for an audit id', async () => {
    const { ask } = open();
    assert.notEqual((await ask(`GET ${pods}`, { 'audit-id': 'a\nb' })).headers['audit-id'], 'a\nb');
  });

  it('is answered with Timeout when it takes too long', async () => {
    const { api, ask } = open();
    base.env.store.create = () => new Promise(() => undefined);
    const body = Buffer.from(JSON.stringify({ metadata: { name: 'a' } }));
    const answer = ask('POST /api/v1/namespaces/default/configmaps', {}, body);
    await settled();
    base.clock.time += 60_000;
    api.tick();
    const { status, json } = await answer;
    assert.deepEqual([status, json.reason], [504, 'Timeout']);
  });

  it('is answered with line breaks for people: browsers, curl, and whoever asks for them', async () => {
    const { api } = open();
    const text = async (target: string, headers: Record<string, string> = {}): Promise<string> => {
      const request = { method: 'GET', target, headers, remoteAddress: '', body: async () => Buffer.alloc(0) };
      return Buffer.concat([...(await api.handle(request)).body]).toString();
    };
    const curl = { 'user-agent': 'curl/8.5.0' };
    assert.match(await text(pods, curl), /^\{\n {2}"kind": "PodList",\n/);
    assert.match(await text(`${pods}?pretty=true`), /^\{\n {2}"kind": "PodList",\n/);
    assert.match(await text(`${pods}/none`, curl), /^\{\n {2}"kind": "Status",\n/);
    for (const [target, headers] of [
      [pods, {}],
      [`${pods}?pretty=false`, curl],
      [`${pods}?pretty=x`, curl],
    ] as const) {
      assert.match(await text(target, headers), /^\{"kind":"PodList"/, target);
    }
  });

  it('is given as long as it asks for, and no longer than any', async () => {
    const { api, ask } = open();
    base.env.store.create = () => new Promise(() => undefined);
    const create = (timeout: string) => {
      const body = Buffer.from(JSON.stringify({ metadata: { name: 'a' } }));
      return ask(`POST /api/v1/namespaces/default/configmaps?timeout=${timeout}`, {}, body);
    };
    const answers = ['1.5s', '10s', '2h', '0'].map(create);
    const done: number[] = [];
    for (const [i, answer] of answers.entries()) void answer.then(() => done.push(i));
    for (const [ms, expected] of [
      [1000, []],
      [1000, [0]],
      [8000, [0, 1]],
      [50_000, [0, 1, 2, 3]],
    ] as const) {
      await settled();
      base.clock.time += ms;
      api.tick();
      await settled();
      assert.deepEqual(done, expected, `${base.clock.time}`);
    }
    const { status, json } = await create('soon');
    assert.deepEqual(
      [status, json.message],
      [400, 'invalid timeout specified in the request URL - time: invalid duration "soon"'],
    );
  });

  it('is asked to come again when there are too many, unless it is an administrator’s', async () => {
    let groups = ['testers'];
    const { api, ask } = open({ authenticator: { authenticate: () => ({ name: 'jane', groups }) } });
    base.env.store.create = () => new Promise(() => undefined);
    const body = Buffer.from(JSON.stringify({ metadata: { name: 'a' } }));
    const held = Array.from({ length: 2000 }, () => ask('POST /api/v1/namespaces/default/configmaps', {}, body));
    await settled();
    const { status, headers, json } = await ask(`GET ${pods}`);
    assert.deepEqual([status, headers['retry-after'], json.reason], [429, '1', 'TooManyRequests']);
    groups = ['system:masters'];
    assert.equal((await ask(`GET ${pods}`)).status, 200);
    base.clock.time += 60_000;
    api.tick();
    await Promise.all(held);
  });

  it('ends with 500 when there is a bug, which is told to the log', async () => {
    const errors: unknown[] = [];
    const { ask } = open({ onError: error => errors.push(error) });
    base.env.store.create = () => {
      throw new Error('a bug');
    };
    const { status, json } = await ask(
      'POST /api/v1/namespaces/default/configmaps',
      {},
      Buffer.from('{"metadata":{"name":"a"}}'),
    );
    assert.deepEqual([status, json.reason, json.message], [500, 'InternalError', 'Internal error occurred: a bug']);
    assert.equal(errors.length, 1);
  });

  it('passes on what reading the body says', async () => {
    const api = open().api;
    const body = () =>
      Promise.reject(statusError('RequestEntityTooLarge', 'Request entity too large: limit is 3145728'));
    const target = '/api/v1/namespaces/default/configmaps';
    const answer = await api.handle({ method: 'POST', target, headers: {}, remoteAddress: '', body });
    assert.equal(answer.status, 413);
  });

  it('may use methods that exist', async () => {
    const { ask } = open();
    assert.equal((await ask(`OPTIONS ${pods}`)).status, 405);
    assert.equal((await ask(`BREW ${pods}`)).status, 405);
    assert.equal((await ask('GET /api/v1/namespaces/a%2Fb/pods')).status, 400);
  });
});
