import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { type Layout, layoutOf } from './layout.js';
import { keepCommand, keptProcess, stopProcess } from './processes.js';

describe('a kept process', () => {
  let layout: Layout;
  before(() => {
    layout = layoutOf(mkdtempSync(join(tmpdir(), 'orrery-keep-')));
  });
  after(() => rmSync(layout.dataDir, { recursive: true }));

  const until = async <T>(ask: () => T | undefined): Promise<T> => {
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = ask();
      if (answer !== undefined) return answer;
      await systemClock.sleep(25);
    }
    throw new Error('did not come true in 5 s');
  };

  it('is started again at once when it is killed, and ends for good when it is stopped', async () => {
    keepCommand(layout, 'sleeper', ['/bin/sleep', '1000']);
    const first = await until(() => keptProcess(layout, 'sleeper'));
    process.kill(first.child, 'SIGKILL');
    const second = await until(() => {
      const now = keptProcess(layout, 'sleeper');
      return now && now.child !== first.child ? now : undefined;
    });
    assert.equal(second.keeper, first.keeper);
    assert.equal(await stopProcess(layout, 'sleeper', systemClock), true);
    assert.equal(keptProcess(layout, 'sleeper'), undefined);
    assert.throws(() => process.kill(second.child, 0), 'the child is gone too');
  });

  it('is not started again when it says, by exit code 2, that this cannot help', async () => {
    keepCommand(layout, 'hopeless', ['/bin/sh', '-c', 'sleep 0.2; exit 2']);
    await until(() => keptProcess(layout, 'hopeless'));
    await until(() => (keptProcess(layout, 'hopeless') ? undefined : true));
  });

  it('is not mistaken for whoever has its process id now', () => {
    writeFileSync(join(layout.run, 'stranger.pid'), `${process.pid} ${process.pid}\n`);
    assert.equal(keptProcess(layout, 'stranger'), undefined);
  });
});
