/** A watch over etcd: survives lost connections, resumes after the last whole revision, and reports progress. */
import type { Clock } from '../../api/clock.js';
import type { Wake, Watcher } from '../engine/watchers.js';
import { Compacted, type WatchBatch } from '../store.js';
import type { Assembly } from './assembly.js';
import type { EtcdClient } from './client.js';
import { Inbox } from './inbox.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** After so long without a stream, the caller is told. */
const GIVE_UP_MS = 30_000;

export interface WatchSource {
  client: EtcdClient;
  clock: Clock;
  compactedRevision(): Promise<number>;
}

export async function* batchesOf(
  source: WatchSource,
  watcher: Watcher,
  assembly: Assembly,
): AsyncGenerator<WatchBatch> {
  const connection = new Connection(source, watcher, assembly);
  try {
    for (;;) {
      const wakeUp = watcher.wakeUp();
      if (watcher.ended) {
        if (watcher.error) throw watcher.error;
        return;
      }
      const response = connection.inbox?.take();
      if (response !== undefined) {
        const events = assembly.take(response);
        watcher.position = assembly.position;
        if (events.length > 0) yield { revision: assembly.position - 1, events };
      } else if (!connection.isUp()) {
        await connection.open(wakeUp);
      } else if ((await watcher.wait(wakeUp)) === 'idle') {
        const revision = await connection.progress();
        if (revision !== undefined) yield { revision, events: [] };
      }
    }
  } finally {
    connection.close();
  }
}

class Connection {
  inbox: Inbox | undefined;
  /** Since when there is no stream that etcd has taken up. */
  #downSince: number | undefined;
  #pauseMs = 0;
  #overdue: number | undefined;

  constructor(
    private readonly source: WatchSource,
    private readonly watcher: Watcher,
    private readonly assembly: Assembly,
  ) {}

  isUp(): boolean {
    return this.inbox !== undefined && this.inbox.failure === undefined;
  }

  /** Opens a stream from the assembly's position on, after a pause that grows while etcd does not answer. */
  async open(wakeUp: Promise<Wake>): Promise<void> {
    const { clock, client } = this.source;
    if (this.inbox?.failure !== undefined) await this.#pause(this.inbox.failure, wakeUp);
    this.close();
    if (this.watcher.ended) return;
    this.#downSince ??= clock.now();
    this.assembly.restart();
    try {
      const stream = await client.watchStream();
      const inbox = new Inbox(stream, this.assembly.position, () => this.#arrived(inbox));
      this.inbox = inbox;
    } catch (error) {
      await this.#pause(error, wakeUp);
    }
  }

  /**
   * What an idle watcher may be told: all before the assembly's position was delivered, once etcd has taken up the watch.
   * Nothing is said while etcd waits for a revision that is still to come.
   */
  async progress(): Promise<number | undefined> {
    const { inbox, assembly } = this;
    if (inbox?.createdAt === undefined) return undefined;
    if (!assembly.started && assembly.position > inbox.createdAt + 1) return undefined;
    if (assembly.position <= inbox.createdAt) await this.#checkOverdue(assembly.position);
    return assembly.position - 1;
  }

  close(): void {
    this.inbox?.close();
    this.inbox = undefined;
  }

  #arrived(inbox: Inbox): void {
    if (inbox !== this.inbox) return;
    if (inbox.createdAt !== undefined && this.#downSince !== undefined) {
      this.#downSince = undefined;
      this.#pauseMs = 0;
      this.watcher.startsBehind(inbox.createdAt + 1 - this.assembly.position);
    }
    this.watcher.grew(inbox.newest + 1 - this.assembly.position);
  }

  /** Waits before the next attempt, or throws when there were enough. */
  async #pause(lost: unknown, wakeUp: Promise<Wake>): Promise<void> {
    const { clock } = this.source;
    this.#downSince ??= clock.now();
    if (clock.now() - this.#downSince > GIVE_UP_MS) throw lost;
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    const nap = new AbortController();
    await Promise.race([clock.sleep(this.#pauseMs, nap.signal), wakeUp]);
    nap.abort();
  }

  /**
   * An event that happened before the watch began has not come for two idle periods. If it was compacted just so that
   * its own revision would still answer, etcd has lost it (see assembly.ts).
   */
  async #checkOverdue(position: number): Promise<void> {
    const isSecondTime = this.#overdue === position;
    this.#overdue = position;
    if (isSecondTime && (await this.source.compactedRevision()) >= position) throw new Compacted(position + 1);
  }
}
