import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { eventually } from '../test/node.js';
import { type Logind, systemLogind } from './logind.js';
import { noSystemBus, SystemBus } from './testing/system-bus.js';

describe('the login manager, over a system bus', function () {
  this.timeout(60_000);
  const before = process.env.DBUS_SYSTEM_BUS_ADDRESS;
  let bus: SystemBus;
  let logind: Logind;
  beforeEach(async function () {
    const why = noSystemBus();
    if (why !== undefined) {
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    bus = await SystemBus.start(5);
    process.env.DBUS_SYSTEM_BUS_ADDRESS = bus.address;
    logind = systemLogind(bus.configDir);
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.DBUS_SYSTEM_BUS_ADDRESS;
    else process.env.DBUS_SYSTEM_BUS_ADDRESS = before;
    await bus?.close();
  });
  const heldNow = (count: number): Promise<number> =>
    eventually(
      `${count} hold it up`,
      () => bus.locks,
      now => now === count,
    );

  it('says for how long it can be held up, and lets it be longer', async () => {
    assert.equal(await logind.longestDelayMs(), 5000);
    await logind.allowDelay(90_000);
    await eventually(
      'it has read its configuration',
      () => logind.longestDelayMs(),
      ms => ms === 90_000,
    );
    assert.equal(readdirSync(bus.configDir).length, 1);
  });

  it('is held up until it is released', async () => {
    const lock = await logind.inhibit();
    await heldNow(1);
    assert.equal(bus.said.at(-1), 'held shutdown delay kubelet');
    lock.release();
    await heldNow(0);
    lock.release();
  });

  it('tells of a shutdown and of its cancellation, until nobody listens', async () => {
    const stop = new AbortController();
    const heard: boolean[] = [];
    const following = logind.follow(begins => heard.push(begins), stop.signal);
    // The first may come before it is listened for.
    await eventually(
      'it is heard',
      () => {
        bus.announceShutdown(true);
        return heard.length;
      },
      count => count > 0,
    );
    bus.announceShutdown(false);
    await eventually(
      'both are heard',
      () => heard,
      all => all.at(-1) === false,
    );
    stop.abort();
    await following;
  });

  it('that is lost is said to be', async () => {
    const following = logind.follow(() => {}, new AbortController().signal);
    const failed = assert.rejects(following, /the system bus was lost/);
    await logind.longestDelayMs();
    await bus.close();
    await failed;
    await assert.rejects(logind.longestDelayMs(), /No such file|Connection refused/i);
    await assert.rejects(logind.inhibit(), /No such file|Connection refused|inhibit/i);
    bus = await SystemBus.start(5);
  });
});
