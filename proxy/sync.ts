/**
 * Brings the machine to the state of the cluster, one step at a time: changes that come while one is being applied
 * are applied together after it, and a failure is tried again.
 */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { forgetStaleFlows } from './apply/conntrack.js';
import type { Tables } from './apply/tables.js';
import { mayLeaveFlows } from './model/flows.js';
import type { State } from './model/state.js';
import { rulesetFor } from './ruleset/ruleset.js';

/** A deployment changes many slices at once; this is how long the first change waits for the others. */
const gatherMs = 5;
/** iptables' own changes come as several events, and are looked at together. */
const repairGatherMs = 50;
const retryMs = 1000;

export interface SyncOptions {
  tables: Tables;
  /** What should be, now. */
  state(): State;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export class Sync {
  private wanted = false;
  private suspected = false;
  private wake: () => void = () => undefined;
  /** The last state that was applied with its flows. */
  private done: State | undefined;

  constructor(private readonly options: SyncOptions) {}

  /** The cluster has changed. */
  changed(): void {
    this.wanted = true;
    this.wake();
  }

  /** Somebody may have taken rules away. */
  disturbed(): void {
    this.suspected = true;
    this.wake();
  }

  /** Works until the signal aborts. Never throws. */
  async run(): Promise<void> {
    const { clock, log, signal } = this.options;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    while (!signal.aborted) {
      try {
        if (this.wanted) await this.applyState();
        else if (this.suspected) await this.repair();
        else await this.idle();
      } catch (error) {
        log.error({ error: (error as Error).message }, 'the rules could not be applied; trying again');
        this.wanted = true;
        await clock.sleep(retryMs, signal);
      }
    }
  }

  private async applyState(): Promise<void> {
    const { tables, clock, log, signal } = this.options;
    await clock.sleep(gatherMs, signal);
    this.wanted = false;
    const state = this.options.state();
    const started = clock.now();
    if (await tables.apply(rulesetFor(state))) {
      log.info({ servicePorts: state.ports.length, ms: clock.now() - started }, 'rules applied');
    }
    if (mayLeaveFlows(this.done, state)) await this.forgetFlows(state);
    this.done = state;
  }

  private async repair(): Promise<void> {
    const { tables, clock, log, signal } = this.options;
    await clock.sleep(repairGatherMs, signal);
    this.suspected = false;
    if (await tables.repair()) log.warn('rules were missing and have been put back');
  }

  /** Services work without this, but for UDP clients that go on talking to a backend that is gone. */
  private async forgetFlows(state: State): Promise<void> {
    try {
      await forgetStaleFlows(state);
    } catch (error) {
      this.options.log.warn({ error: (error as Error).message }, 'stale UDP flows could not be forgotten');
    }
  }

  private idle(): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve;
      if (this.options.signal.aborted) resolve();
    });
  }
}
