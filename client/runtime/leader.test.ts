import assert from 'node:assert/strict';
import { type StatusError, statusError } from '../../api/status.js';
import { ConnectionError, type ReadOptions } from '../client.js';
import { leases } from '../resources.js';
import { ManualClock, settled } from '../testing/clock.js';
import { silentLog } from '../testing/log.js';
import { MemoryApi } from '../testing/memory-api.js';
import { runAsLeader } from './leader.js';

const lease = { name: 'l', namespace: 'kube-system' };

describe('runAsLeader', () => {
  let clock: ManualClock;
  let api: MemoryApi;
  let diary: string[];
  let running: { stop: AbortController; done: Promise<void> }[];

  const compete = (identity: string): AbortController => {
    const stop = new AbortController();
    const options = { client: api, lease, identity, clock, random: () => 0, log: silentLog, signal: stop.signal };
    const done = runAsLeader(options, async signal => {
      diary.push(`${identity} leads`);
      await new Promise(resolve => signal.addEventListener('abort', resolve));
      diary.push(`${identity} stops`);
    });
    running.push({ stop, done });
    return stop;
  };
  const holder = async (): Promise<string | undefined> => (await api.get(leases, lease)).spec?.holderIdentity;

  beforeEach(() => {
    clock = new ManualClock();
    api = new MemoryApi(() => clock.now());
    diary = [];
    running = [];
  });
  afterEach(async () => {
    api.fault = () => {};
    for (const { stop } of running) stop.abort();
    await settled();
    await Promise.all(running.map(r => r.done));
    assert.equal(clock.sleeping, 0, 'nothing is left waiting');
  });

  it('one leads; on its stop it releases, and the next one leads within a retry', async () => {
    const first = compete('a');
    await clock.advance(0);
    compete('b');
    await clock.advance(60_000);
    assert.deepEqual(diary, ['a leads']);
    first.abort();
    await settled();
    assert.equal(await holder(), '');
    await clock.advance(2000);
    assert.deepEqual(diary, ['a leads', 'a stops', 'b leads']);
    assert.equal((await api.get(leases, lease)).spec?.leaseTransitions, 2 - 1);
  });

  it('one that stops in the middle of a renewal releases all the same, also when that was written', async () => {
    const stop = compete('a');
    await clock.advance(0);
    const { update } = api;
    const silently = async (resource: never, object: never, { signal }: ReadOptions = {}) => {
      await update.call(api, resource, object);
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    api.update = silently as typeof update;
    await clock.advance(2000);
    api.update = update;
    stop.abort();
    await settled();
    assert.equal(await holder(), '');
  });

  it('a leader that cannot renew stops before another may lead, and competes again', async () => {
    compete('a');
    await clock.advance(0);
    const failingFor = 'a';
    compete('b');
    await clock.advance(1);
    const { update } = api;
    api.update = (resource, object, options) => {
      const mine = (object as { spec?: { holderIdentity?: string } }).spec?.holderIdentity === failingFor;
      if (mine) return Promise.reject(statusError('ServiceUnavailable', 'cut off'));
      return update.call(api, resource, object, options) as ReturnType<typeof update<typeof object>>;
    };
    await clock.advance(9_990);
    assert.deepEqual(diary, ['a leads']);
    await clock.advance(20);
    assert.deepEqual(diary, ['a leads', 'a stops']);
    await clock.advance(8_000);
    assert.deepEqual(diary, ['a leads', 'a stops', 'b leads']);
  });

  it('a leader asks again when a server hangs, in time to keep its lease', async () => {
    compete('a');
    await clock.advance(0);
    const { get } = api;
    let asked = 0;
    const hangs = (_resource: unknown, _name: unknown, { signal }: ReadOptions = {}) => {
      asked++;
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    api.get = hangs as typeof get;
    await clock.advance(2_000 + 5_000);
    assert.equal(asked, 1);
    api.get = get;
    await clock.advance(60_000);
    assert.deepEqual(diary, ['a leads']);
  });

  it('a leader whose lease was taken stops at its next look', async () => {
    compete('a');
    await clock.advance(0);
    const current = await api.get(leases, lease);
    await api.update(leases, { ...current, spec: { ...current.spec, holderIdentity: 'thief' } });
    await clock.advance(2000);
    assert.deepEqual(diary, ['a leads', 'a stops']);
    assert.equal(await holder(), 'thief');
  });

  it('takes its own lease up again after a restart, without waiting', async () => {
    await api.create(leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...lease },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 1 },
    });
    compete('a');
    await clock.advance(0);
    assert.deepEqual(diary, ['a leads']);
  });

  const comingUp: [what: string, error: ConnectionError | StatusError, on: string][] = [
    ['does not answer', new ConnectionError('refused'), 'get'],
    ['has no rules yet', statusError('Forbidden', 'system:kube-scheduler cannot get leases'), 'get'],
    ['has no namespaces yet', statusError('NotFound', 'namespaces "kube-system" not found'), 'create'],
  ];
  for (const [what, error, on] of comingUp)
    it(`asks a server that ${what} more often, to lead as soon as it can`, async () => {
      let asked = 0;
      api.fault = verb => {
        if (verb !== on) return;
        asked++;
        throw error;
      };
      compete('a');
      await clock.advance(1000);
      assert.equal(asked, 6);
      api.fault = () => {};
      await clock.advance(200);
      assert.deepEqual(diary, ['a leads']);
    });

  it('hands on what lead throws, having released', async () => {
    const signal = new AbortController().signal;
    const options = { client: api, lease, identity: 'a', clock, random: () => 0, log: silentLog, signal };
    await assert.rejects(
      runAsLeader(options, () => Promise.reject(new Error('bug'))),
      /bug/,
    );
    assert.equal(await holder(), '');
  });
});
