/** What the contract needs to know of a store, and the steps that its tests share. */
import assert from 'node:assert/strict';
import type { Store, StoreEvent, WatchBatch, Written } from '../store.js';

export interface Subject {
  store: Store;
  /** Lets so much time pass for the store. A store with a clock of its own (etcd) lets it pass by itself. */
  elapse(ms: number): Promise<void>;
}

export interface OpenOptions {
  /** Nothing was ever written to it. Without it, a test may find what other tests left, under other keys. */
  fresh?: boolean;
  maxBehind?: number;
}

export interface Harness {
  open(options?: OpenOptions): Promise<Subject>;
  /** Called once, after everything. */
  stop?(): Promise<void>;
}

/** Where stores may differ. */
export interface Traits {
  /** The shortest time to live, in seconds, that the store keeps. */
  shortestTtl: number;
  /** Whether a deletion at exactly the compacted revision can still be watched (see storage/store.ts). */
  keepsDeletionAtCompacted: boolean;
  /** How many runs of random operations, and how long each may be. */
  random: { runs: number; operations: number };
}

/** What a test is given: a store, and a prefix that no other test writes under. */
export interface Fixture extends Subject {
  prefix: string;
  key(name: string): string;
}

let fixtures = 0;

export function fixtureOf(subject: Subject): Fixture {
  const prefix = `/registry/contract${process.pid}-${++fixtures}/`;
  return { ...subject, prefix, key: name => prefix + name };
}

/** The tests of a section ask for a fixture by calling what they are given. */
export type Given = (options?: OpenOptions) => Promise<Fixture>;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** The revision of a write that must have been accepted. */
export function accepted(written: Written): number {
  if (!written.ok) assert.fail(`the write was refused; there is ${JSON.stringify(written.current)}`);
  return written.revision;
}

export const put = async (store: Store, key: string, value = 'value'): Promise<number> =>
  accepted(await store.create(key, bytes(value)));

/** An event in a form that failures can show: 'put /a=1 @4'. */
export const said = (event: StoreEvent): string =>
  event.type === 'put'
    ? `put ${event.key}=${text(event.value)} @${event.revision}`
    : `delete ${event.key} @${event.revision}`;

/** A running watch. What it has delivered is checked against the promises that every batch makes. */
export class Watching {
  readonly events: StoreEvent[] = [];
  revision: number;
  readonly #batches: AsyncIterator<WatchBatch>;
  readonly #abort = new AbortController();

  constructor(
    store: Store,
    readonly prefix: string,
    from: number,
  ) {
    this.revision = from - 1;
    this.#batches = store.watch(prefix, from, this.#abort.signal)[Symbol.asyncIterator]();
  }

  /** The next batch; undefined when the watch ended. */
  async next(): Promise<WatchBatch | undefined> {
    const { value, done } = await this.#batches.next();
    if (done) return undefined;
    this.#check(value);
    this.revision = value.revision;
    this.events.push(...value.events);
    return value;
  }

  /** Reads until everything up to a revision was delivered. */
  async until(revision: number): Promise<StoreEvent[]> {
    while (this.revision < revision) {
      if ((await this.next()) === undefined) assert.fail(`the watch ended at ${this.revision}, before ${revision}`);
    }
    return this.events;
  }

  /** Reads until something is thrown, and answers that. */
  async failure(): Promise<unknown> {
    try {
      while ((await this.next()) !== undefined);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  abort(): void {
    this.#abort.abort();
  }

  async stop(): Promise<void> {
    this.abort();
    await this.#batches.return?.();
  }

  /** Ordered, unique, atomic: each event is newer than all of the batches before, and the batch covers its events. */
  #check(batch: WatchBatch): void {
    let last = this.revision;
    for (const event of batch.events) {
      assert.ok(event.key.startsWith(this.prefix), `${said(event)} is not under ${this.prefix}`);
      assert.ok(event.revision > this.revision, `${said(event)} came in a batch after ${this.revision}`);
      assert.ok(event.revision >= last, `${said(event)} came after ${last}`);
      last = event.revision;
    }
    assert.ok(batch.revision >= last, `a batch at ${batch.revision} holds an event of ${last}`);
  }
}

/** The events of a prefix from one revision to another, both inclusive. */
export async function eventsOf(store: Store, prefix: string, from: number, to: number): Promise<StoreEvent[]> {
  const watching = new Watching(store, prefix, from);
  try {
    return (await watching.until(to)).filter(event => event.revision <= to);
  } finally {
    await watching.stop();
  }
}
