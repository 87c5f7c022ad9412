import type { Clock } from '../../../api/clock.js';

/** Stands still until a test moves it. */
export class StillClock implements Clock {
  constructor(private ms: number) {}
  now(): number {
    return this.ms;
  }
  advance(ms: number): void {
    this.ms += ms;
  }
  sleep(): Promise<void> {
    throw new Error('nothing here sleeps');
  }
}
