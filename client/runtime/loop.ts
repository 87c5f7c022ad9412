/** One controller's life: changes become keys, keys become reconciles, failures come back later. */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Client } from '../client.js';
import type { Change } from '../informer/cache.js';
import type { Informer } from '../informer/informer.js';
import { WorkQueue } from '../queue/work-queue.js';
import { WriteBarrier } from './barrier.js';
import type { ControllerCaches } from './caches.js';
import { afterFailure, causeText, describeChange, type Trigger, withChange } from './cause.js';
import type { Context, Controller, Outcome, Source } from './controller.js';
import type { EventRecorder } from './events.js';
import { ReconcileWriter } from './writer.js';

export interface LoopOptions {
  controller: Controller;
  caches: ControllerCaches;
  client: Client;
  events: EventRecorder;
  clock: Clock;
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}

export class ControllerLoop {
  readonly #options: LoopOptions;
  readonly #queue: WorkQueue<string>;
  readonly #barrier = new WriteBarrier();
  /** Keys whose turn came before the cache showed their last write. */
  readonly #parked = new Set<string>();
  /** Why each waiting key waits. A key without a trigger has nothing to be done for. */
  readonly #triggers = new Map<string, Trigger>();

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.clock);
  }

  /** Returns once the signal has aborted and the reconciles under way have ended. */
  async run(): Promise<void> {
    const { caches, controller, log, signal } = this.#options;
    await abortedOr(signal, Promise.all(caches.all().map(informer => informer.synced)));
    if (signal.aborted) return;
    const detach = this.#attach();
    log.debug({ keys: this.#queue.length }, 'the controller starts');
    signal.addEventListener('abort', () => this.#queue.shutdown(), { once: true });
    const workers = Array.from({ length: controller.workers ?? 1 }, () => this.#work());
    await Promise.all([...workers, this.#resync()]);
    for (const stop of detach) stop();
  }

  #attach(): (() => void)[] {
    const { caches, controller } = this.#options;
    return controller.sources.flatMap(source => {
      const informer = caches.informer(source.resource) as Informer;
      const listener = (change: Change): void => this.#changed(source, change);
      const stops = [informer.onChange(listener), informer.onProgress(() => this.#unpark())];
      for (const now of informer.list()) listener({ now });
      return stops;
    });
  }

  #changed(source: Source, change: Change): void {
    const keys = source.keysFor(change.now, change.before, this.#options.caches);
    if (keys.length === 0) return;
    const text = describeChange(source.resource.kind, change);
    for (const key of keys) {
      this.#triggers.set(key, withChange(this.#triggers.get(key), text));
      this.#queue.add(key);
    }
  }

  #unpark(): void {
    for (const key of this.#parked) {
      if (this.#barrier.remaining(key, this.#options.clock.now()) > 0) continue;
      this.#parked.delete(key);
      this.#queue.add(key);
    }
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      const wait = this.#barrier.remaining(key, this.#options.clock.now());
      if (wait > 0) {
        this.#parked.add(key);
        this.#queue.addAfter(key, wait);
      } else {
        this.#parked.delete(key);
        await this.#turn(key);
      }
      this.#queue.done(key);
    }
  }

  async #turn(key: string): Promise<void> {
    const trigger = this.#triggers.get(key);
    if (!trigger) return;
    this.#triggers.delete(key);
    try {
      const outcome = await this.#options.controller.reconcile(key, this.#context(key, trigger));
      this.#succeeded(key, outcome);
    } catch (error) {
      if (!this.#options.signal.aborted) this.#failed(key, trigger, error);
    }
  }

  #succeeded(key: string, outcome: Outcome): void {
    this.#queue.forget(key);
    if (!outcome) return;
    this.#triggerLater(key, { text: `timer of ${outcome.requeueAfterMs} ms`, more: 0, later: true });
    this.#queue.addAfter(key, outcome.requeueAfterMs);
  }

  /** A conflict is how optimistic writers meet; all else is for the log. */
  #failed(key: string, trigger: Trigger, error: unknown): void {
    const wait = this.#queue.addAfterFailure(key);
    this.#triggerLater(key, afterFailure(trigger, this.#queue.failures(key)));
    const { log } = this.#options;
    const about = { key, cause: trigger.text, retryInMs: wait };
    if (!(error instanceof StatusError)) log.error({ ...about, err: error }, 'reconcile failed');
    else if (error.reason === 'Conflict')
      log.debug({ ...about, reason: error.message }, 'reconcile met another writer');
    else log.warn({ ...about, reason: error.message }, 'reconcile failed');
  }

  #triggerLater(key: string, trigger: Trigger): void {
    if (!this.#triggers.has(key)) this.#triggers.set(key, trigger);
  }

  #context(key: string, trigger: Trigger): Context {
    const { caches, client, clock, controller, events, log, random, signal } = this.#options;
    const cause = causeText(controller.name, key, trigger);
    const write = new ReconcileWriter({
      client,
      cause,
      signal,
      wrote: (informer, object, version) => this.#barrier.wrote(key, informer, object, version, clock.now()),
      deleted: (informer, object, uid) => this.#barrier.deleted(key, informer, object, uid, clock.now()),
      informerOf: resource => caches.informer(resource) as Informer | undefined,
      event: (about, type, reason, message) => events.event(about, type, reason, message, { cause }),
    });
    return { read: caches, write, clock, signal, log, randomSuffix: length => randomSuffix(length, random) };
  }

  /** The safety net: everything is looked at again now and then. */
  async #resync(): Promise<void> {
    const { caches, clock, controller, signal } = this.#options;
    if (controller.resyncMs === undefined) return;
    for (;;) {
      await clock.sleep(controller.resyncMs, signal);
      if (signal.aborted) return;
      for (const source of controller.sources) {
        for (const object of caches.list(source.resource)) this.#again(source.keysFor(object, object, caches));
      }
    }
  }

  #again(keys: readonly string[]): void {
    for (const key of keys) {
      this.#triggerLater(key, { text: 'resync', more: 0, later: true });
      this.#queue.add(key);
    }
  }
}

/** The letters that Kubernetes' generateName uses: no vowels, so that no words come about. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export const randomSuffix = (length: number, random: () => number): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');

/** Resolves with the promise, or as soon as the signal aborts. */
async function abortedOr(signal: AbortSignal, promise: Promise<unknown>): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => {};
  const aborted = new Promise<void>(resolve => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([aborted, promise]);
  signal.removeEventListener('abort', stop);
}
