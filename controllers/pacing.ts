/**
 * Lets the first change of a key through at once and those that follow it closely together: a burst of a hundred pods
 * becoming ready leads to a few writes of their service, and a single one is not held up.
 */
export class Pacing {
  private readonly last = new Map<string, number>();

  constructor(private readonly gapMs: number) {}

  /** How long the key is to wait; 0 when it may go ahead. */
  waitMs(key: string, now: number): number {
    const since = now - (this.last.get(key) ?? Number.NEGATIVE_INFINITY);
    return since >= 0 && since < this.gapMs ? this.gapMs - since : 0;
  }

  wrote(key: string, now: number): void {
    this.last.set(key, now);
  }

  forget(key: string): void {
    this.last.delete(key);
  }
}
