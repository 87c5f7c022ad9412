import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../../api/clock.js';
import { writeHollow } from '../../hollow/file.js';
import { type ClusterConfig, defaults, type Layout, layoutOf } from '../layout.js';
import { keepCommand, keptProcess, stopProcess } from '../processes.js';
import { beatFile } from './beat.js';
import { watchProcesses } from './watch.js';

describe('a process that hangs', () => {
  let layout: Layout;
  const config: ClusterConfig = {
    ...defaults,
    nodeName: 'n1',
    address: '127.0.0.1',
    port: 1,
    livenessProbe: { periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
  };
  const child = (): number | undefined => keptProcess(layout, 'hollow')?.child;
  const until = async <T>(ask: () => T | undefined): Promise<T> => {
    for (;;) {
      const answer = ask();
      if (answer !== undefined) return answer;
      await systemClock.sleep(50);
    }
  };

  before(() => {
    layout = layoutOf(mkdtempSync(join(tmpdir(), 'orrery-liveness-')));
    mkdirSync(layout.kubeconfigs);
    writeHollow(layout, { count: 1 });
  });
  after(() => rmSync(layout.dataDir, { recursive: true }));

  it('is killed, and lives anew', async () => {
    const beat = `while :; do touch ${beatFile(layout, 'hollow')}; sleep 0.1; done`;
    keepCommand(layout, 'hollow', ['/bin/sh', '-c', beat]);
    const stopping = new AbortController();
    // The API server of this cluster is not there: it is not asked.
    const said: string[] = [];
    const log = pino({ level: 'debug' }, { write: line => said.push(line) });
    const options = { layout, config, name: 'controllers', clock: systemClock, log };
    const watching = watchProcesses({ ...options, signal: stopping.signal });
    const first = await until(child);
    // Until it is known to live it may be long in starting.
    await until(() => said.find(line => line.includes('it lives')));
    assert.equal(child(), first, 'who beats lives on');
    process.kill(first, 'SIGSTOP');
    const second = await until(() => (child() === first ? undefined : child()));
    assert.ok(second > 0);
    stopping.abort();
    await watching;
    await stopProcess(layout, 'hollow', systemClock);
  });
});
