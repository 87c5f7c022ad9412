import assert from 'node:assert/strict';
import { timestamp } from '../api/clock.js';
import { notFound, statusError } from '../api/status.js';
import type { TokenRequest } from '../api/types.js';
import { serviceAccounts } from './resources.js';
import { ManualClock } from './testing/clock.js';
import { silentLog } from './testing/log.js';
import { MemoryApi } from './testing/memory-api.js';
import { serviceAccountTokens } from './token.js';

describe('service account tokens', () => {
  let clock: ManualClock;
  let api: MemoryApi;
  let issued: number;
  const source = (): ReturnType<typeof serviceAccountTokens> =>
    serviceAccountTokens({ client: api, name: 'rc', clock, log: silentLog });

  beforeEach(() => {
    clock = new ManualClock();
    api = new MemoryApi(() => clock.now());
    issued = 0;
    const accounts = (): boolean => api.writes.some(w => w.verb === 'create' && w.resource === 'serviceaccounts');
    api.answers.set('serviceaccounts/token', (name, body) => {
      if (!accounts()) throw notFound({ group: '', resource: 'serviceaccounts', name: name.name });
      const seconds = (body as TokenRequest).spec?.expirationSeconds ?? 0;
      const expirationTimestamp = timestamp(clock.now() + seconds * 1000);
      return { ...body, status: { token: `t${++issued}`, expirationTimestamp } } as TokenRequest;
    });
  });

  it('creates the account when it is absent, and asks once for all who wait', async () => {
    const token = source();
    assert.deepEqual(await Promise.all([token(), token(), token()]), ['t1', 't1', 't1']);
    assert.equal((await api.get(serviceAccounts, { namespace: 'kube-system', name: 'rc' })).metadata.name, 'rc');
  });

  it('renews at four fifths of its life', async () => {
    const token = source();
    await token();
    await clock.advance(0.8 * 3600_000 - 1);
    assert.equal(await token(), 't1');
    await clock.advance(1);
    assert.equal(await token(), 't2');
  });

  it('asks again when its token is refused, but not for an older one', async () => {
    const token = source();
    await token();
    assert.equal(await token('t1'), 't2');
    assert.equal(await token('t1'), 't2');
  });

  it('uses the old token while a new one cannot be had, to the end of its life', async () => {
    const token = source();
    await token();
    api.fault = () => {
      throw statusError('ServiceUnavailable', 'down');
    };
    await clock.advance(3000_000);
    assert.equal(await token(), 't1');
    await clock.advance(600_000);
    await assert.rejects(async () => token(), /down/);
    api.fault = () => {};
    assert.equal(await token(), 't2');
  });
});
