import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.js';
import type { EventRecorder } from '../../client/runtime/events.js';
import { ManualClock, settled } from '../../client/testing/clock.js';
import { silentLog } from '../../client/testing/log.js';
import type { Termination } from '../pods/ending.js';
import type { Logind } from './logind.js';
import { usualGroups } from './plan.js';
import { NodeShutdown, type ShutdownPod } from './shutdown.js';

/** A login manager in this process. */
class FakeLogind implements Logind {
  locks = 0;
  delayMs = 60_000;
  allowed: number[] = [];
  /** What it makes of what it is asked to allow. */
  obeys = true;
  #tell: ((begins: boolean) => void) | undefined;
  #lose: ((error: Error) => void) | undefined;
  longestDelayMs = async (): Promise<number> => this.delayMs;
  async allowDelay(ms: number): Promise<void> {
    this.allowed.push(ms);
    if (this.obeys) this.delayMs = ms;
  }
  async inhibit() {
    this.locks++;
    let held = true;
    return {
      release: () => {
        if (held) this.locks--;
        held = false;
      },
    };
  }
  follow(tell: (begins: boolean) => void, signal: AbortSignal): Promise<void> {
    this.#tell = tell;
    return new Promise((resolve, reject) => {
      this.#lose = reject;
      signal.addEventListener('abort', () => resolve());
    });
  }
  async announce(begins: boolean): Promise<void> {
    this.#tell?.(begins);
    await settled();
  }
  async lose(): Promise<void> {
    this.#lose?.(new Error('gone'));
    await settled();
  }
}

/** A pod that ends so long after it was asked to; or was ending already. */
class FakePod implements ShutdownPod {
  isAtRest = false;
  asked: (Termination & { at: number }) | undefined;
  hastened: number | undefined;
  settled = async (): Promise<void> => {};
  constructor(
    name: string,
    private readonly clock: ManualClock,
    private readonly endsAfterMs: number,
    { priority = 0, isEnding = false } = {},
  ) {
    this.allocated = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [], priority } };
    this.isEnding = isEnding;
  }
  readonly allocated: Pod;
  readonly isEnding: boolean;
  terminate(termination: Termination): boolean {
    this.asked = { ...termination, at: this.clock.now() };
    void this.clock.sleep(this.endsAfterMs).then(() => (this.isAtRest = true));
    return !this.isEnding;
  }
  hasten(seconds: number): void {
    this.hastened = seconds;
  }
}

const critical = { priority: 2_000_001_000 };

describe('graceful node shutdown', () => {
  function setUp(groups = usualGroups(30, 10)) {
    const clock = new ManualClock(0);
    const logind = new FakeLogind();
    const stop = new AbortController();
    const said: string[] = [];
    const measured: string[] = [];
    const events = {
      event: (_: unknown, __: unknown, reason: string, text: string) => said.push(`${reason}: ${text}`),
    };
    const warnings: unknown[] = [];
    const log = { ...silentLog, info() {}, warn: (...args: unknown[]) => void warnings.push(args) } as never;
    const pods: FakePod[] = [];
    const shutdown = new NodeShutdown({
      groups,
      logind,
      pods: () => pods,
      nodeName: 'n',
      ...{ clock, log, events: events as unknown as EventRecorder, signal: stop.signal },
      measured: what => measured.push(what),
    });
    let changes = 0;
    shutdown.onChange(() => changes++);
    const keeping = shutdown.keep();
    const pod = (...args: [string, number, object?]) => {
      const one = new FakePod(args[0], clock, args[1], args[2]);
      pods.push(one);
      return one;
    };
    const end = async (): Promise<void> => {
      stop.abort();
      await keeping;
    };
    return { clock, logind, shutdown, said, warnings, measured, pod, end, changes: () => changes };
  }

  it('is off without a period, and nothing is asked of the machine', async () => {
    const { logind, end } = setUp(usualGroups(0, 0));
    await settled();
    assert.equal(logind.locks, 0);
    await end();
  });

  it('ends critical pods when the others have ended, and then lets the machine go', async () => {
    const { clock, logind, shutdown, pod, said, measured, end, changes } = setUp();
    const web = pod('web', 4_000);
    const dns = pod('dns', 1_000, critical);
    const over = pod('over', 0);
    over.isAtRest = true;
    await settled();
    assert.deepEqual([logind.locks, shutdown.isNear], [1, false]);
    await logind.announce(true);
    assert.deepEqual([shutdown.isNear, changes()], [true, 1]);
    assert.deepEqual(said, ['NodeShutdown: Shutdown manager detected shutdown event']);
    await clock.advance(3_900);
    assert.deepEqual([dns.asked, logind.locks], [undefined, 1]);
    await clock.advance(2_000);
    const message = 'Pod was terminated in response to imminent node shutdown.';
    assert.deepEqual(web.asked, { reason: 'Terminated', message, graceSeconds: 20, isDisruption: true, at: 0 });
    assert.deepEqual([dns.asked?.graceSeconds, dns.asked?.at], [10, 4_000]);
    assert.equal(over.asked, undefined, 'what has ended already is left alone');
    assert.deepEqual([logind.locks, measured], [0, ['start', 'end']]);
    await end();
  });

  it('does not wait for pods beyond their time', async () => {
    const { clock, logind, pod, warnings, end } = setUp();
    pod('stuck', 1e9);
    const dns = pod('dns', 1e9, critical);
    await settled();
    await logind.announce(true);
    await clock.advance(29_900);
    assert.deepEqual([dns.asked?.at, logind.locks], [20_000, 1]);
    await clock.advance(200);
    assert.deepEqual([logind.locks, warnings.length], [0, 2]);
    await end();
  });

  it('leaves a pod that is ending no more time than the others', async () => {
    const { logind, pod, end } = setUp();
    const leaving = pod('leaving', 0, { isEnding: true });
    await settled();
    await logind.announce(true);
    assert.equal(leaving.hastened, 20);
    await end();
  });

  it('that is called off ends no more pods, and the next one is held up again', async () => {
    const { clock, logind, shutdown, pod, said, end } = setUp();
    pod('web', 5_000);
    const dns = pod('dns', 1_000, critical);
    await settled();
    await logind.announce(true);
    await clock.advance(1_000);
    await logind.announce(false);
    await clock.advance(60_000);
    assert.deepEqual([shutdown.isNear, dns.asked, logind.locks], [false, undefined, 1]);
    assert.equal(said.at(-1), 'NodeShutdown: Shutdown manager detected shutdown cancellation');
    await logind.announce(true);
    assert.equal(dns.asked?.reason, 'Terminated');
    await end();
    assert.equal(logind.locks, 0, 'a kubelet that stops holds up nothing');
  });

  it('asks for the time that it needs, and is off when it does not get it', async () => {
    const { logind, end } = setUp(usualGroups(90, 10));
    await settled();
    assert.deepEqual([logind.allowed, logind.locks], [[90_000], 1]);
    await end();
    const refused = setUp(usualGroups(90, 10));
    refused.logind.obeys = false;
    await refused.clock.advance(10_000);
    assert.equal(refused.logind.locks, 0);
    assert.match(JSON.stringify(refused.warnings), /shutdownGracePeriod is 90 s, and the login manager waits for 60 s/);
    await refused.end();
  });

  it('is off where there is no login manager, and says why', async () => {
    const clock = new ManualClock(0);
    const warnings: unknown[] = [];
    const logind = Object.assign(new FakeLogind(), {
      longestDelayMs: () => Promise.reject(new Error('this machine has no busctl')),
    });
    await new NodeShutdown({
      ...{ groups: usualGroups(30, 10), logind, pods: () => [], nodeName: 'n', clock, measured: () => {} },
      log: { warn: (...args: unknown[]) => void warnings.push(args) } as never,
      events: {} as never,
      signal: new AbortController().signal,
    }).keep();
    assert.match(JSON.stringify(warnings), /this machine has no busctl.*graceful node shutdown is off/);
  });

  it('goes on with a login manager that was lost', async () => {
    const { clock, logind, shutdown, end } = setUp();
    await settled();
    await logind.lose();
    assert.equal(logind.locks, 0);
    await clock.advance(1_000);
    assert.equal(logind.locks, 1);
    await logind.announce(true);
    assert.equal(shutdown.isNear, true);
    await end();
  });
});
