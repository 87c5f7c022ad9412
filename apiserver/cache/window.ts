/** The recent changes of one resource: what a watch that resumes from an older revision is told first. */
import type { Change } from './change.js';

/** Changes kept, at most; and the bytes of the former states in them, which nothing else needs. */
export interface WindowLimits {
  changes: number;
  bytes: number;
}

export const defaultLimits: WindowLimits = { changes: 8192, bytes: 8 * 1024 * 1024 };

/** Changes kept however old they are. */
const oldKept = 100;

/** The lines that watchers got are kept for the newest changes only: who resumes from further back has them made anew. */
const framesKept = 32;

export class Window {
  #changes: Change[] = [];
  #first = 0;
  #bytes = 0;
  #floor: number;

  /** All changes after `floor` are here. */
  constructor(
    floor: number,
    private readonly limits: WindowLimits = defaultLimits,
  ) {
    this.#floor = floor;
  }

  /** A watch may resume from this revision or a later one. */
  get floor(): number {
    return this.#floor;
  }

  get length(): number {
    return this.#changes.length - this.#first;
  }

  push(change: Change): void {
    this.#changes.push(change);
    this.#bytes += size(change);
    this.#changes[this.#changes.length - 1 - framesKept]?.forgetFrames();
    while (this.length > 1 && (this.length > this.limits.changes || this.#bytes > this.limits.bytes)) this.#drop();
    // Dropped places are given back in one go, so that a push costs the same on average.
    if (this.#first > this.limits.changes) {
      this.#changes = this.#changes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Changes after `revision`, oldest first; the caller has checked it against `floor`. */
  after(revision: number): Change[] {
    let low = this.#first;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle] as Change).revision > revision) high = middle;
      else low = middle + 1;
    }
    return this.#changes.slice(low);
  }

  /** Changes up to this revision are old: of those only some are kept, as many as Kubernetes keeps at least. */
  age(revision: number): void {
    while (this.length > oldKept && (this.#changes[this.#first] as Change).revision <= revision) this.#drop();
  }

  /** Nobody asks for these changes again. */
  clear(): void {
    while (this.length > 0) this.#drop();
  }

  #drop(): void {
    const change = this.#changes[this.#first] as Change;
    this.#changes[this.#first] = undefined as unknown as Change;
    this.#first++;
    this.#bytes -= size(change);
    change.before?.release();
    this.#floor = change.revision;
  }
}

const size = (change: Change): number => change.before?.length ?? 0;
