/**
 * What the engine writes to, and all that differs between the memory and the lmdb store: a list of revisions that is
 * appended to, read by revision, and thinned out by compaction.
 */

/** One revision, without its value. The engine holds these in memory, as etcd does. */
export interface Version {
  key: string;
  revision: number;
  /** Of a deletion: that of the entry which it deleted. */
  createRevision: number;
  deleted: boolean;
  /** Milliseconds since 1970 at which the key is to be deleted; 0 is never. */
  expiresAt: number;
}

/** A version on its way into the journal. The value of a deletion is empty. */
export interface Change extends Version {
  value: Uint8Array;
}

export interface Journal {
  /** Everything that is kept, in the order of revisions. Called once, first. */
  load(): { compacted: number; versions: Iterable<Version> };
  /** Resolves once all are durable. A rejection is final: nothing is called after it but `close`. */
  append(changes: readonly Change[]): Promise<void>;
  /** The value that a kept revision wrote. */
  read(revision: number): Uint8Array;
  /** Remembers the compacted revision durably, then forgets the dropped revisions. A crash between may leave some. */
  compact(revision: number, dropped: readonly number[]): Promise<void>;
  close(): Promise<void>;
}
