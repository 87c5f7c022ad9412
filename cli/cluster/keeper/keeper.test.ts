import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKeeperOf, parsePidFile } from './identity.js';
import { pauseAfter } from './pause.js';

describe('a pid file', () => {
  it('says who keeps, who is kept, and whether the keeper is a Node', () => {
    assert.deepEqual(parsePidFile('12 34\n'), { keeper: 12, child: 34, inNode: false });
    assert.deepEqual(parsePidFile('12\n'), { keeper: 12, child: undefined, inNode: false });
    assert.deepEqual(parsePidFile('12 34 node\n'), { keeper: 12, child: 34, inNode: true });
    assert.deepEqual(parsePidFile('12 node\n'), { keeper: 12, child: undefined, inNode: true });
    assert.equal(parsePidFile(''), undefined);
    assert.equal(parsePidFile('?'), undefined);
  });

  it('is of a keeper in Node as long as that sets its time', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-keeper-'));
    try {
      const file = join(folder, 'x.pid');
      writeFileSync(file, '');
      const now = 1_800_000_000_000;
      utimesSync(file, now / 1000, now / 1000);
      const kept = { keeper: process.pid, child: undefined, inNode: true };
      assert.equal(isKeeperOf(file, kept, now + 1000), true);
      assert.equal(isKeeperOf(file, kept, now + 60_000), false, 'who has its id now is another');
      assert.equal(isKeeperOf(file, { ...kept, keeper: 2 ** 22 + 7 }, now + 1000), false);
      assert.equal(isKeeperOf(join(folder, 'none'), kept, now), false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('before a process is started again', () => {
  it('there is an ever longer pause, until it has lived for a minute', () => {
    const pauses: number[] = [];
    let remembered = 0;
    for (const livedMs of [10, 10, 10, 10, 10, 10, 60_000, 10]) {
      const { pause, remember } = pauseAfter(remembered, livedMs);
      pauses.push(pause);
      remembered = remember;
    }
    assert.deepEqual(pauses, [0, 1, 3, 7, 15, 15, 0, 1]);
  });
});
