import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { type Layout, layoutOf } from './layout.js';
import { keepCommand, stopProcess } from './processes.js';
import { waitFor } from './readiness.js';

describe('waiting for a process', () => {
  let layout: Layout;
  before(() => {
    layout = layoutOf(mkdtempSync(join(tmpdir(), 'orrery-wait-')));
  });
  after(() => rmSync(layout.dataDir, { recursive: true }));

  const waiting = { what: 'an answer', timeoutMs: 60_000, logFrom: 0 };
  const never = async (): Promise<boolean> => false;

  it('is given up with its last words when it said that starting again cannot help', async () => {
    keepCommand(layout, 'hopeless', ['/bin/sh', '-c', 'echo "error: the socket is too long."; exit 2']);
    await assert.rejects(
      waitFor(never, { ...waiting, process: 'hopeless' }, layout, systemClock),
      /^Failure: the hopeless process keeps ending: the socket is too long \(.*logs\/hopeless\.log\)\.$/,
    );
  });

  it('is given up when it ends again and again', async function () {
    this.timeout(20_000);
    keepCommand(layout, 'dying', ['/bin/sh', '-c', 'echo "Error: no port"; sleep 0.2; exit 1']);
    await assert.rejects(
      waitFor(never, { ...waiting, process: 'dying' }, layout, systemClock),
      /the dying process keeps ending: no port/,
    );
    await stopProcess(layout, 'dying', systemClock);
  });

  it('ends when it is interrupted', async () => {
    keepCommand(layout, 'patient', ['/bin/sleep', '1000']);
    const controller = new AbortController();
    const waited = waitFor(never, { ...waiting, process: 'patient', signal: controller.signal }, layout, systemClock);
    controller.abort(new Error('interrupted'));
    await assert.rejects(waited, /interrupted/);
    await stopProcess(layout, 'patient', systemClock);
  });

  it('ends in time when nothing comes, and says where to look', async () => {
    keepCommand(layout, 'silent', ['/bin/sleep', '1000']);
    await assert.rejects(
      waitFor(never, { ...waiting, process: 'silent', timeoutMs: 100 }, layout, systemClock),
      /an answer did not come within 0 s: .*logs\/silent\.log may say why/,
    );
    await waitFor(async () => true, { ...waiting, process: 'silent' }, layout, systemClock);
    await stopProcess(layout, 'silent', systemClock);
  });
});
