/**
 * Leader election through a Lease, as Kubernetes' components do it: of several processes one leads, and it stops before
 * another may start. Its own clock alone counts: a leader that cannot renew gives up 5 s before others may take over.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Lease } from '../../api/types.js';
import { type Client, ConnectionError } from '../client.js';
import { leases } from '../resources.js';
import {
  type Claim,
  claimOf,
  held,
  kubernetesDurations,
  type LeaseDurations,
  type Observation,
  observe,
  released,
} from './claim.js';
import { inTime } from './in-time.js';

export interface LeaderOptions {
  client: Client;
  /** 'kube-scheduler' in 'kube-system'. */
  lease: { name: string; namespace: string };
  /** Unlike any other process's; the same again after a restart takes the lease up without waiting. */
  identity: string;
  clock: Clock;
  /** From 0 to below 1, as Math.random: those that wait do not ask at the same moment. */
  random: () => number;
  log: Logger;
  /** Ends leading and competing. */
  signal: AbortSignal;
  durations?: LeaseDurations;
}

/** A server that comes up is asked sooner than one whose lease is another's: leading must not wait for it. */
const comingUpRetryMs = 200;

/** It is not reached, or has neither rules nor namespaces yet. */
const isComingUp = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof StatusError && [403, 404].includes(error.code));

/**
 * Competes for the lease, and calls `lead` each time it is won. `lead` gets a signal that aborts when leadership is lost or
 * `options.signal` aborts, and is awaited before anything else happens. Resolves once `options.signal` has aborted and
 * the lease is released, or `lead` has returned by itself; rejects with what `lead` throws.
 */
export async function runAsLeader(options: LeaderOptions, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const election = new Election(options);
  while (!options.signal.aborted) {
    if (!(await election.acquire())) continue;
    options.log.info({ lease: options.lease.name, identity: options.identity }, 'leading');
    if (!(await leadOnce(election, options, lead))) return;
  }
}

/** True when leadership was lost. */
async function leadOnce(
  election: Election,
  { lease, log, signal }: LeaderOptions,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const over = new AbortController();
  const leading = AbortSignal.any([signal, over.signal]);
  const renewing = election.keep(leading).then(lost => {
    if (lost) log.error({ lease: lease.name, reason: lost }, 'leadership is lost');
    over.abort();
    return lost;
  });
  try {
    await lead(leading);
  } finally {
    over.abort();
    if (!(await renewing)) await election.release();
  }
  return (await renewing) !== undefined;
}

class Election {
  readonly #options: LeaderOptions;
  readonly #durations: LeaseDurations;
  #observed: Observation | undefined;
  /** Whether the last attempt met a server that cannot answer yet. */
  #comingUp = false;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#durations = options.durations ?? kubernetesDurations;
  }

  /** True once the lease is ours; false after one failed attempt and the wait before the next. */
  async acquire(): Promise<boolean> {
    const { clock, random, signal } = this.#options;
    if (await this.#attempt(signal)) return true;
    const retryMs = this.#comingUp ? comingUpRetryMs : this.#durations.retryMs;
    await clock.sleep(retryMs * (1 + 0.2 * random()), signal);
    return false;
  }

  /** Renews until the signal aborts (undefined), or leadership is lost (why). */
  async keep(signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#options;
    const lost = new AbortController();
    const until = AbortSignal.any([signal, lost.signal]);
    let renewedAt = clock.now();
    const deadline = async (): Promise<void> => {
      for (;;) {
        const left = renewedAt + this.#durations.renewDeadlineMs - clock.now();
        if (left <= 0) return lost.abort(`it could not be renewed for ${this.#durations.renewDeadlineMs / 1000} s`);
        await clock.sleep(left, until);
        if (until.aborted) return;
      }
    };
    const watching = deadline();
    while (!until.aborted) {
      await clock.sleep(this.#durations.retryMs, until);
      const started = clock.now();
      if (until.aborted) break;
      if (await this.#attempt(until)) renewedAt = started;
      else if (this.#isOthers()) lost.abort(`${this.#observed?.lease.spec?.holderIdentity} holds the lease`);
    }
    await watching;
    return lost.signal.aborted ? String(lost.signal.reason) : undefined;
  }

  /** So that the next leader need not wait. */
  async release(): Promise<void> {
    const { lease, log } = this.#options;
    if (this.#observed?.lease.spec?.holderIdentity !== this.#options.identity) return;
    try {
      await this.#inTime(undefined, signal => this.#releaseWithin(signal));
    } catch (error) {
      log.warn({ lease: lease.name, reason: (error as Error).message }, 'the lease could not be released');
    }
    this.#observed = undefined;
  }

  /** A renewal that was cut off may have been written, and may be written still: the lease is looked at again. */
  async #releaseWithin(signal: AbortSignal): Promise<void> {
    const { client, clock, identity } = this.#options;
    for (;;) {
      const current = await this.#read(signal);
      if (current?.spec?.holderIdentity !== identity) return;
      try {
        await client.update(leases, released(current, clock.now()), { signal });
        return;
      } catch (error) {
        if (!(error instanceof StatusError && error.reason === 'Conflict')) throw error;
      }
    }
  }

  #isOthers(): boolean {
    const holder = this.#observed?.lease.spec?.holderIdentity;
    return holder !== undefined && holder !== '' && holder !== this.#options.identity;
  }

  /** True when the lease is ours afterwards. */
  #attempt(until: AbortSignal): Promise<boolean> {
    return this.#inTime(until, signal => this.#attemptWithin(signal, until));
  }

  /** A server that hangs must leave time for a second attempt. */
  #inTime<T>(until: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return inTime(this.#options.clock, this.#durations.renewDeadlineMs / 2, until, work);
  }

  async #attemptWithin(signal: AbortSignal, until: AbortSignal): Promise<boolean> {
    const { clock, identity, lease, log } = this.#options;
    this.#comingUp = false;
    try {
      const current = await this.#read(signal);
      const now = clock.now();
      this.#observed = current && observe(this.#observed, current, now);
      const claim = claimOf(this.#observed, identity, now);
      if (claim === 'wait') return false;
      const written = await this.#write(claim, current, signal);
      this.#observed = observe(this.#observed, written, clock.now());
      return true;
    } catch (error) {
      if (until.aborted) return false;
      this.#comingUp = isComingUp(error);
      const level = error instanceof StatusError && error.code === 409 ? 'debug' : 'warn';
      log[level]({ lease: lease.name, reason: (error as Error).message }, 'the lease was not won');
      return false;
    }
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#options.client.get(leases, this.#options.lease, { signal });
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'NotFound') return undefined;
      throw error;
    }
  }

  #write(claim: Exclude<Claim, 'wait'>, current: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const { client, clock, identity, lease } = this.#options;
    const next = held(current, lease, identity, this.#durations.leaseMs, clock.now());
    return claim === 'create' ? client.create(leases, next, { signal }) : client.update(leases, next, { signal });
  }
}
