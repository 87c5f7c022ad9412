import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFile } from './own-file.js';

describe("a file of the kubelet's own", () => {
  const dir = mkdtempSync(join(tmpdir(), 'okubelet-own-'));
  after(() => rmSync(dir, { recursive: true }));

  it('is written when it is not there, or says something else, and else not touched', async () => {
    const path = join(dir, 'pod/etc-hosts');
    const long = 1_000_000;
    await ensureFile(path, 'a', 0o644);
    assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['a', 0o644]);
    utimesSync(path, long, long);
    await ensureFile(path, 'a', 0o644);
    assert.equal(statSync(path).mtimeMs, long * 1000);
    const { ino } = statSync(path);
    await ensureFile(path, 'b', 0o666);
    const now = statSync(path);
    assert.deepEqual([readFileSync(path, 'utf8'), now.ino, now.mode & 0o777], ['b', ino, 0o666]);
  });
});
