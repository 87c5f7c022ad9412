import assert from 'node:assert/strict';
import { pino } from 'pino';
import { events as eventResource } from '../../client/resources.js';
import { EventRecorder } from '../../client/runtime/events.js';
import { ManualClock } from '../../client/testing/clock.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import type { Cri } from '../cri/cri.js';
import { ImageCollector } from './collect.js';
import { usualLimits } from './collect-plan.js';

function setUp() {
  const images = new Map<string, { repoTags: string[]; pinned: boolean }>();
  const used = new Set<string>();
  const mounted = new Set<string>();
  const disk = { capacityBytes: 1000, availableBytes: 500 };
  const cri = {
    listImages: async () => [...images].map(([id, image]) => ({ id, size: 30, ...image })),
    listContainers: async () => [...used].map(imageRef => ({ imageRef })),
    imageFsInfo: async () => [{ mountpoint: '/images', usedBytes: 0 }],
    removeImage: async (id: string) => {
      images.delete(id);
      disk.availableBytes += 30;
    },
  } as unknown as Cri;
  const clock = new ManualClock();
  const log = pino({ level: 'silent' });
  const api = new MemoryApi();
  const events = new EventRecorder({ client: api, component: 'kubelet', clock, log });
  const collector = new ImageCollector({
    cri,
    limits: usualLimits,
    nodeName: 'n',
    events,
    clock,
    log,
    mounted: async () => mounted,
    diskOf: async () => disk,
  });
  const add = (id: string, repoTags: string[] = [], pinned = false): void => void images.set(id, { repoTags, pinned });
  return { images, used, mounted, disk, clock, collector, add, api, events };
}

describe('the collection of images', () => {
  it('leaves all as long as there is room', async () => {
    const { images, clock, collector, add } = setUp();
    add('a');
    await collector.look();
    await clock.advance(600_000);
    await collector.look();
    assert.deepEqual([...images.keys()], ['a']);
  });

  it('removes what was used longest ago, and only as much as is needed', async () => {
    const { images, used, mounted, disk, clock, collector, add } = setUp();
    for (const id of ['a', 'b', 'c', 'd', 'local', 'pinned', 'volume'])
      add(id, id === 'local' ? ['orrery.local/pause:1'] : [], id === 'pinned');
    for (const id of ['a', 'c']) used.add(id);
    mounted.add('volume');
    await collector.look();
    used.delete('a');
    await clock.advance(600_000);
    disk.availableBytes = 145;
    await collector.look();
    // 55 bytes for 20 %: d and b were never used.
    assert.deepEqual([...images.keys()], ['a', 'c', 'local', 'pinned', 'volume']);
    disk.availableBytes = 0;
    await collector.look();
    assert.deepEqual(
      [...images.keys()],
      ['c', 'local', 'pinned', 'volume'],
      'what is used, mounted, made here or pinned stays',
    );
  });

  it('says when it finds too little', async () => {
    const { disk, clock, collector, add, api, events } = setUp();
    add('a');
    await collector.look();
    await clock.advance(600_000);
    disk.availableBytes = 0;
    await collector.look();
    await events.flush();
    const [said] = (await api.list(eventResource)).items;
    assert.deepEqual([said?.reason, said?.involvedObject.name], ['FreeDiskSpaceFailed', 'n']);
    assert.match(said?.message ?? '', /Attempted to free 200 bytes, but only found 30 bytes eligible to free\.$/);
  });
});
