import assert from 'node:assert/strict';
import { TestWatch } from '../testing/harness.js';
import { Change } from './change.js';
import { encodeStored, withRevision } from './encoded.js';
import { CacheEntry } from './entry.js';
import { frame, plain } from './representation.js';
import { Watcher, type WatchSchedule } from './watcher.js';

const entry = (name: string, revision: number): CacheEntry => {
  const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name, labels: { r: String(revision) } } };
  return new CacheEntry(`a/${name}`, withRevision(encodeStored(object), revision), revision);
};

const added = (revision: number): Change => new Change(revision, entry(`p${revision}`, revision), undefined);

function open(schedule: WatchSchedule = { deadline: 100_000 }) {
  const watch = new TestWatch(200, []);
  const pods = plain('v1', 'Pod');
  const watcher = new Watcher({ namespace: '', exact: new Map() }, pods, watch.sink, schedule, 0, () => undefined);
  const names = (): string[] => watch.events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
  let ended = 0;
  watcher.onEnd(() => ended++);
  return { watch, watcher, names, ends: () => ended };
}

describe('a watcher', () => {
  it('writes what a tick brought in one go', () => {
    const { watch, watcher, names } = open();
    for (const revision of [1, 2, 3]) watcher.offer(added(revision));
    watcher.flush();
    assert.deepEqual(names(), ['ADDED p1', 'ADDED p2', 'ADDED p3']);
    assert.equal(watch.writes, 1);
  });

  it('waits for a client that lags, and loses nothing', () => {
    const { watch, watcher, names } = open();
    watch.blocked = true;
    watcher.offer(added(1));
    watcher.flush();
    watcher.offer(added(2));
    watcher.flush();
    assert.deepEqual(names(), ['ADDED p1']);
    watch.drain();
    assert.deepEqual(names(), ['ADDED p1', 'ADDED p2']);
  });

  it('is ended when the client lags without end', () => {
    const { watch, watcher, ends } = open();
    watch.blocked = true;
    watcher.offer(added(1));
    watcher.flush();
    for (let revision = 2; revision < 20_000 && ends() === 0; revision++) watcher.offer(added(revision));
    assert.equal(watch.ended, true);
    assert.equal(ends(), 1);
    assert.equal(watch.events.length, 1);
  });

  it('draws what comes first only as fast as it is read, and then the changes since', () => {
    const { watch, watcher, names } = open();
    let drawn = 0;
    const big = Buffer.from(`{"type":"ADDED","object":{"metadata":{"name":"${'x'.repeat(100_000)}"}}}\n`);
    watcher.startWith(
      (function* () {
        for (let i = 0; i < 100; i++) {
          drawn++;
          yield big;
        }
      })(),
    );
    watch.blocked = true;
    watcher.flush();
    watcher.offer(added(1));
    assert.ok(drawn < 10, `drew ${drawn}`);
    watch.drain();
    assert.equal(drawn, 100);
    assert.equal(names().at(-1), 'ADDED p1');
  });

  it('says bookmarks when they are due, with the revision that was offered', () => {
    const { watch, watcher } = open({ deadline: 200_000, bookmarkEveryMs: 60_000 });
    watcher.tick(59_000, 5);
    watcher.tick(60_000, 6);
    watcher.tick(61_000, 7);
    watcher.tick(120_000, 8);
    watcher.flush();
    assert.deepEqual(
      watch.events.map(({ object }) => object.metadata.resourceVersion),
      ['6', '8'],
    );
  });

  it('ends at its deadline, with a last bookmark for who asked for them', () => {
    const silent = open({ deadline: 10_000 });
    silent.watcher.tick(10_000, 5);
    silent.watcher.flush();
    assert.deepEqual([silent.watch.ended, silent.names()], [true, []]);
    const told = open({ deadline: 10_000, bookmarkEveryMs: 60_000 });
    told.watcher.tick(10_000, 5);
    told.watcher.flush();
    assert.deepEqual([told.watch.ended, told.names()], [true, ['BOOKMARK']]);
  });

  it('is gone when its client is, and told so once', () => {
    const { watch, watcher, ends, names } = open();
    watch.leave();
    watcher.offer(added(1));
    watcher.flush();
    watcher.end();
    watcher.flush();
    assert.deepEqual([ends(), names()], [1, []]);
  });
});

describe('a change', () => {
  it('is encoded once for all who ask for the same', () => {
    const change = added(1);
    const pods = plain('v1', 'Pod');
    assert.equal(change.frame('ADDED', pods), change.frame('ADDED', plain('v1', 'Pod')));
  });

  it('shows a deleted object as it was, at the revision of its deletion', () => {
    const change = new Change(9, undefined, entry('web', 4));
    const line = JSON.parse(change.frame('DELETED', plain('v1', 'Pod')).toString());
    assert.equal(line.object.metadata.resourceVersion, '9');
    assert.equal(line.object.metadata.labels.r, '4');
  });

  it('is a line of its own', () => {
    assert.equal(frame(plain('v1', 'Pod'), 'ERROR', Buffer.from('{}')).toString(), '{"type":"ERROR","object":{}}\n');
  });
});
