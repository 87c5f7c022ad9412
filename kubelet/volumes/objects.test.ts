import assert from 'node:assert/strict';
import type { ConfigMap, Pod } from '../../api/types.js';
import { ConnectionError } from '../../client/client.js';
import { configMaps } from '../../client/resources.js';
import { ManualClock } from '../../client/testing/clock.js';
import { silentLog } from '../../client/testing/log.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { FollowedObjects } from './objects.js';

const pod = (uid: string): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: uid, namespace: 'd', uid } });

const settings = (colour: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'd' },
  data: { colour },
});

describe('objects that pods refer to', () => {
  let api: MemoryApi;
  let clock: ManualClock;
  let objects: FollowedObjects;
  let lists: number;
  let stop: AbortController;
  const colourFor = async (uid: string): Promise<string | undefined> =>
    (await objects.of(pod(uid)).configMap('settings'))?.data?.colour;
  /** The next uid that is told of a change. */
  const told = (): Promise<string> => new Promise(resolve => objects.onChange(resolve));
  const paint = (colour: string) =>
    api.patch(configMaps, { namespace: 'd', name: 'settings' }, 'merge', { data: { colour } });

  beforeEach(() => {
    api = new MemoryApi();
    clock = new ManualClock();
    stop = new AbortController();
    lists = 0;
    api.fault = verb => void (verb === 'list' && lists++);
    objects = new FollowedObjects({ client: api, clock, log: silentLog, signal: stop.signal });
  });
  afterEach(() => stop.abort());

  it('are asked for once, however many pods read them', async () => {
    await api.create(configMaps, settings('red'));
    assert.deepEqual(await Promise.all(['a', 'b', 'a'].map(colourFor)), ['red', 'red', 'red']);
    assert.equal(lists, 1);
  });

  it('tell their readers of a change, and of coming into being', async () => {
    assert.equal(await colourFor('a'), undefined);
    const created = told();
    await api.create(configMaps, settings('red'));
    assert.equal(await created, 'a');
    const painted = told();
    await paint('blue');
    assert.equal(await painted, 'a');
    assert.equal(await colourFor('a'), 'blue');
    assert.equal(lists, 1);
  });

  it('are forgotten with their last reader', async () => {
    await api.create(configMaps, settings('red'));
    await Promise.all(['a', 'b'].map(colourFor));
    objects.release('a');
    await colourFor('b');
    assert.equal(lists, 1);
    objects.release('b');
    await colourFor('b');
    assert.equal(lists, 2);
  });

  it('are known while the API is away; what was never read cannot be', async () => {
    await api.create(configMaps, settings('red'));
    await colourFor('a');
    api.fault = () => {
      throw new ConnectionError('connection refused');
    };
    api.dropWatches();
    assert.equal(await colourFor('b'), 'red');
    const unknown = assert.rejects(objects.of(pod('a')).secret('keys'), {
      message: 'failed to sync secret cache: timed out waiting for the condition',
    });
    await clock.advance(2_000);
    await unknown;
  });
});
