import assert from 'node:assert/strict';
import type { Environment } from '../../registry/call.js';
import { quotaSpender } from '../../registry/quota.js';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { resourceQuota } from './index.js';

const core = '/api/v1/namespaces/default';

describe('ResourceQuota', () => {
  let api: TestApi;

  beforeEach(async () => {
    let environment: Environment | undefined;
    const lookup = {
      get: () => undefined,
      list: (...args: [never, never]) => environment?.lookup.list(...args) ?? [],
      onChange: () => undefined,
    };
    const plugin = resourceQuota(
      lookup,
      quotaSpender(() => environment as Environment),
    );
    api = await openTestApi({ admission: [plugin] });
    environment = api.env;
    const quota = await api.must(201, `POST ${core}/resourcequotas`, {
      metadata: { name: 'q' },
      spec: { hard: { configmaps: '2' } },
    });
    quota.status = { hard: { configmaps: '2' }, used: { configmaps: '0' } };
    await api.must(200, `PUT ${core}/resourcequotas/q/status`, quota);
  });
  afterEach(() => api.close());

  const make = (name: string, query = '') => api.ask(`POST ${core}/configmaps${query}`, { metadata: { name } });
  const used = async (): Promise<unknown> =>
    (await api.must(200, `GET ${core}/resourcequotas/q`)).status.used.configmaps;

  it('lets so many be made, and no more, however many ask at once', async () => {
    const codes = (await Promise.all(['a', 'b', 'c', 'd', 'e'].map(name => make(name)))).map(({ code }) => code);
    assert.deepEqual(codes.sort(), [201, 201, 403, 403, 403]);
    assert.equal(await used(), '2');
    const { body } = await make('f');
    assert.equal(
      body.message,
      'configmaps "f" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2',
    );
  });

  it('is not spent by a dry run', async () => {
    assert.equal((await make('a', '?dryRun=All')).code, 201);
    assert.equal(await used(), '0');
  });
});
