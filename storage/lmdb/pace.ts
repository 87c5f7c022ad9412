/**
 * Whether a commit may be done on the thread that serves requests. That spares a lone writer two changes of threads, a
 * tenth of its time; on a disk that is slow, or busy, everybody else would wait for it. So it is done there for as long as
 * it is quick, and after a slow one the other thread does so many before it is tried again.
 */
const quickMs = 1;
const triedAgainAfter = 100;

export class Pace {
  #elsewhere = 0;

  /** Whether the next one may be. */
  next(): boolean {
    if (this.#elsewhere === 0) return true;
    this.#elsewhere--;
    return false;
  }

  /** One that was done there took so long. */
  took(ms: number): void {
    if (ms > quickMs) this.#elsewhere = triedAgainAfter;
  }
}
