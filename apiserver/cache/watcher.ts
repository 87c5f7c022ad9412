/**
 * One watch: what its client has still to be told, and how fast it takes it. Frames are queued as changes come and
 * written once a tick, in one write. A client that lags is waited for until its queue is full; then its watch is ended,
 * and it resumes from the last revision it saw. Nothing is ever skipped.
 */

import { StatusError, statusError } from '../../api/status.js';
import type { Status } from '../../api/types.js';
import type { Sink } from '../contracts.js';
import { type Change, prepareChanges } from './change.js';
import type { Filter } from './filter.js';
import { InOrder } from './in-order.js';
import { joined } from './joined.js';
import { errorFrame, frame, type Representation } from './representation.js';

const maxQueued = 16_384;
const maxQueuedBytes = 32 * 1024 * 1024;
/** So much is joined into one write. */
const writeBytes = 256 * 1024;

export interface WatchSchedule {
  /** When the watch is ended, in clock milliseconds. */
  deadline: number;
  /** Bookmarks come about this often; absent when the client did not ask for them. */
  bookmarkEveryMs?: number;
}

export class Watcher {
  #initial: Iterator<Buffer> | undefined;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #blocked = false;
  #ending = false;
  #ended = false;
  #nextBookmark: number;
  #shown: Representation;
  readonly #onEnd: (() => void)[] = [];
  /** Present where objects may have to be converted before they are told. */
  readonly #order: InOrder | undefined;

  /** `wake` asks for a flush at the end of this tick. */
  constructor(
    readonly filter: Filter,
    representation: Representation,
    private readonly sink: Sink,
    private readonly schedule: WatchSchedule,
    now: number,
    private readonly wake: (watcher: Watcher) => void,
  ) {
    if (representation.prepare) {
      this.#order = new InOrder({
        prepare: changes => prepareChanges(changes, filter, representation),
        pass: change => this.#tell(change),
        fail: error => this.fail(statusOf(error)),
      });
    }
    this.#shown = representation;
    this.#nextBookmark = now + (schedule.bookmarkEveryMs ?? Number.POSITIVE_INFINITY);
    sink.onClose(() => this.#close());
    sink.onDrain(() => {
      this.#blocked = false;
      this.flush();
    });
  }

  /** Called once, however the watch ends. */
  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#onEnd.push(listener);
  }

  /** Frames told before any change; drawn from only as fast as the client reads. */
  startWith(initial: Iterator<Buffer>): void {
    this.#initial = initial;
    this.wake(this);
  }

  /** As `startWith`, once the frames can be made; changes wait until then. */
  startAfter(ready: Promise<void>, initial: () => Iterator<Buffer>): void {
    this.#order?.hold(ready, () => this.startWith(initial()));
  }

  offer(change: Change): void {
    if (!this.#order) this.#tell(change);
    else if (this.#order.length < maxQueued) this.#order.offer(change);
    else this.#giveUp();
  }

  #tell(change: Change): void {
    const type = change.seenAs(this.filter);
    if (!type) return;
    this.#push(change.frame(type, this.#shown));
    this.#hasBegun();
  }

  #hasBegun(): void {
    this.#shown = this.#shown.following ?? this.#shown;
  }

  /** The passing of time: bookmarks when they are due, the end when it has come. All up to `revision` was offered. */
  tick(now: number, revision: number): void {
    const closing = now >= this.schedule.deadline;
    const told = !this.#initial && !this.#order?.waiting;
    if (this.schedule.bookmarkEveryMs !== undefined && told && (closing || now >= this.#nextBookmark)) {
      this.#nextBookmark = now + this.schedule.bookmarkEveryMs;
      this.#push(frame(this.#shown, 'BOOKMARK', this.#shown.bookmark(revision)));
    }
    if (closing) this.end();
  }

  /** Tells the client why, and ends. */
  fail(status: Status): void {
    this.#push(errorFrame(this.#shown, status));
    this.end();
  }

  /** Ends once what is queued has been written. */
  end(): void {
    this.#ending = true;
    this.wake(this);
  }

  flush(): void {
    while (!this.#blocked && !this.#ended) {
      const chunk = this.#nextChunk();
      if (chunk) this.#blocked = !this.sink.write(chunk);
      else break;
    }
    if (this.#ending && !this.#ended && this.#idle()) {
      this.sink.end();
      this.#close();
    }
  }

  #idle(): boolean {
    return !this.#initial && this.#queue.length === 0;
  }

  #push(line: Buffer): void {
    if (this.#ended || this.#ending) return;
    this.#queue.push(line);
    this.#queuedBytes += line.length;
    const lagging = this.#blocked || this.#initial !== undefined;
    if (lagging && (this.#queue.length > maxQueued || this.#queuedBytes > maxQueuedBytes)) this.#giveUp();
    else if (this.#queue.length === 1) this.wake(this);
  }

  #giveUp(): void {
    if (this.#ended) return;
    this.sink.end();
    this.#close();
  }

  #nextChunk(): Buffer | undefined {
    const parts: Buffer[] = [];
    let bytes = 0;
    while (this.#initial && bytes < writeBytes) {
      const next = this.#initial.next();
      if (next.done) {
        this.#initial = undefined;
        break;
      }
      this.#hasBegun();
      parts.push(next.value);
      bytes += next.value.length;
    }
    if (this.#initial || bytes >= writeBytes) return Buffer.concat(parts);
    const queued = joined(this.#queue);
    this.#queue = [];
    this.#queuedBytes = 0;
    if (parts.length === 0) return queued;
    return Buffer.concat(queued ? [...parts, queued] : parts);
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#initial = undefined;
    for (const listener of this.#onEnd) listener();
  }
}

const statusOf = (error: unknown): Status =>
  error instanceof StatusError ? error.status : statusError('InternalError', (error as Error).message).status;
