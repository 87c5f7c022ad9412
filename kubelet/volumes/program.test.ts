import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { run, Unanswered } from './program.js';

describe('a program of the system', () => {
  it('answers what it prints', async () => assert.equal(await run('echo', ['yes']), 'yes\n'));

  it('fails with what it says, or with its code', async () => {
    await assert.rejects(run('sh', ['-c', 'echo oops >&2; exit 3']), /^Error: Command failed: sh .*\noops$/s);
    await assert.rejects(run('sh', ['-c', 'exit 3']), /it ended with 3$/);
    await assert.rejects(run('/no/such/program', []), /ENOENT/);
  });

  it('is killed with what it has started when it takes too long', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'okubelet-program-'));
    const pids = join(dir, 'pids');
    const script = `sleep 1000 & echo $! $$ > ${pids}.part; mv ${pids}.part ${pids}; wait`;
    try {
      await assert.rejects(run('sh', ['-c', script], { timeoutMs: 2000 }), Unanswered);
      const left = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
      assert.equal(left.length, 2);
      while (left.some(lives)) await systemClock.sleep(10);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

/** A process that has ended and that nobody has asked about yet does not count. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
