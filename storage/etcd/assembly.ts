/**
 * Makes batches of a stream of watch responses: joins fragments, keeps revisions whole, and sees that none is missing.
 *
 * The stream is one of every key there is, whatever prefix is watched. In it each revision has an event, so that
 *  - a missing revision shows, and is never skipped in silence: etcd before 3.4.31 and 3.5.13 loses a deletion at exactly
 *    the compacted revision;
 *  - the last event seen is progress, without asking: etcd before 3.4.25 and 3.5.8 answers a progress request with
 *    revisions whose events it has yet to send.
 * An API server watches nearly all keys anyway.
 */
import type { IEvent, IWatchResponse } from 'etcd3';
import { Compacted, type StoreEvent } from '../store.js';
import type { KeySpace } from './entry.js';

/** etcd ended the watch for another reason than compaction. */
export class WatchCanceled extends Error {}

export class Assembly {
  #fragments: IEvent[] = [];
  /** An event has come, so that everything before `position` has. */
  started = false;

  constructor(
    private readonly keys: KeySpace,
    /** In bytes, and with the key space's own prefix. */
    private readonly prefix: Buffer,
    /** The next revision that is to come. */
    public position: number,
  ) {}

  /** A new stream, from `position` on: fragments of the old one are void. */
  restart(): void {
    this.#fragments = [];
  }

  /** The events that a response completes. Throws Compacted and WatchCanceled. */
  take(response: IWatchResponse): StoreEvent[] {
    if (response.canceled) throw endOf(response);
    this.#fragments.push(...response.events);
    if (response.fragment) return [];
    const events = this.#fragments;
    this.#fragments = [];
    return events.flatMap(event => this.#next(event));
  }

  #next(event: IEvent): StoreEvent[] {
    const revision = Number(event.kv.mod_revision);
    // Events of one revision follow each other; otherwise the next revision is due.
    if (revision > this.position) throw new Compacted(this.position + 1);
    if (revision < this.position - 1) return [];
    this.position = revision + 1;
    this.started = true;
    if (!event.kv.key.subarray(0, this.prefix.length).equals(this.prefix)) return [];
    return [this.#event(event)];
  }

  #event({ type, kv }: IEvent): StoreEvent {
    if (type === 'Put') return { type: 'put', ...this.keys.entry(kv) };
    return { type: 'delete', key: this.keys.key(kv.key), revision: Number(kv.mod_revision) };
  }
}

function endOf(response: IWatchResponse): Error {
  const compacted = Number(response.compact_revision);
  return compacted > 0 ? new Compacted(compacted) : new WatchCanceled(response.cancel_reason || 'no reason was given');
}
