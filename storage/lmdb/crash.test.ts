import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsOf, text } from '../contract/harness.js';
import type { Store, StoreEvent } from '../store.js';
import { openLmdbStore } from './open.js';
import { type Acknowledged, startWriter } from './writer-process.js';

const ROUNDS = 5;

describe('an lmdb store whose process is killed (SIGKILL) in the middle of writes', () => {
  it(`has lost nothing that was acknowledged, and is whole, ${ROUNDS} times in a row`, async function () {
    this.timeout(120_000);
    const path = mkdtempSync(join(tmpdir(), 'orrery-crash-'));
    try {
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const writer = startWriter(path);
        // Any moment will do: the one after so many acknowledgements differs enough from run to run.
        await writer.acknowledged(1 + Math.floor(Math.random() * 3000)).finally(() => writer.kill());
        acknowledged.push(...writer.writes);
        const store = await openLmdbStore({ path });
        await checkWhole(store, acknowledged).finally(() => store.close());
      }
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  });
});

async function checkWhole(store: Store, acknowledged: readonly Acknowledged[]): Promise<void> {
  const revision = await store.revision();
  const events = await eventsOf(store, '/registry/', 2, revision);
  const revisions = events.map(e => e.revision);
  assert.deepEqual(
    revisions,
    Array.from({ length: revision - 1 }, (_, i) => i + 2),
    'no revision is missing or twice',
  );
  const inLog = new Map(events.map(e => [e.revision, inWords(e)]));
  for (const [key, at, value] of acknowledged) {
    assert.equal(inLog.get(at), value === undefined ? `-${key}` : `${key}=${value}`, `acknowledged at ${at}`);
  }
  const replayed = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'delete') replayed.delete(event.key);
    else replayed.set(event.key, `${text(event.value)}@${event.revision}`);
  }
  const { entries } = await store.list('/registry/');
  assert.deepEqual(new Map(entries.map(e => [e.key, `${text(e.value)}@${e.revision}`])), new Map([...replayed].sort()));
}

const inWords = (event: StoreEvent): string =>
  event.type === 'delete' ? `-${event.key}` : `${event.key}=${text(event.value)}`;
