import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { type Layout, layoutOf } from './layout.js';
import { keepCommand, keptProcess, runningIn, stopProcess } from './processes.js';

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

  const alive = (name: string): { keeper: number; child: number } | undefined => {
    const { keeper, child } = keptProcess(layout, name) ?? {};
    return keeper && child ? { keeper, child } : undefined;
  };

  it('can be stopped as soon as it is started, and leaves no component', async () => {
    const sign = join(layout.dataDir, 'sign');
    for (let times = 0; times < 20; times += 1) {
      keepCommand(layout, 'hasty', ['/bin/sleep', '987', sign]);
      if (times % 2 === 1) await systemClock.sleep(times);
      assert.equal(await stopProcess(layout, 'hasty', systemClock), true);
      assert.equal(keptProcess(layout, 'hasty'), undefined);
    }
    await until(() => (spawnSync('pgrep', ['-f', sign]).status === 1 ? true : undefined));
  });

  it('is started again at once when it is killed, and ends for good when it is stopped', async () => {
    keepCommand(layout, 'sleeper', ['/bin/sleep', '1000']);
    const first = await until(() => alive('sleeper'));
    process.kill(first.child, 'SIGKILL');
    const second = await until(() => {
      const now = alive('sleeper');
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

  it('of another program is started again whatever its exit code', async () => {
    keepCommand(layout, 'panicking', ['/bin/sh', '-c', 'sleep 0.1; exit 2'], { hopeless: 'none' });
    const first = await until(() => alive('panicking'));
    await until(() => {
      const now = alive('panicking');
      return now && now.child !== first.child ? true : undefined;
    });
    await stopProcess(layout, 'panicking', systemClock);
  });

  it('is among those that run, by its name', async () => {
    keepCommand(layout, 'one', ['/bin/sleep', '1000']);
    keepCommand(layout, 'other', ['/bin/sleep', '1000']);
    assert.deepEqual(runningIn(layout), ['one', 'other']);
    await stopProcess(layout, 'one', systemClock);
    assert.deepEqual(runningIn(layout), ['other']);
    await stopProcess(layout, 'other', systemClock);
    assert.deepEqual(runningIn(layoutOf('/nonexistent')), []);
  });

  it('is not mistaken for whoever has its process id now', () => {
    writeFileSync(join(layout.run, 'stranger.pid'), `${process.pid} ${process.pid}\n`);
    assert.equal(keptProcess(layout, 'stranger'), undefined);
  });
});
