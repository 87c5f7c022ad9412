/** When a worker takes its next turn, and because of what. */
import type { Clock } from '../../api/clock.js';
import { type Trigger, withChange } from '../../client/runtime/cause.js';

export class Alarm {
  /** Something has happened since the last turn began. */
  #isDue = true;
  #trigger: Trigger | undefined;
  #wakeUp: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  /** Says why the next turn comes, whenever it does. */
  because(text: string): void {
    this.#trigger = withChange(this.#trigger, text);
  }

  /** The next turn comes at once. */
  ring(because: string): void {
    this.because(because);
    this.#isDue = true;
    this.#wakeUp();
  }

  /** A turn begins; answers why. */
  take(): Trigger {
    const trigger = this.#trigger ?? { text: 'timer', more: 0 };
    this.#isDue = false;
    this.#trigger = undefined;
    return trigger;
  }

  /** Until it rings, or until that time: only then it answers false. */
  async rest(until: number): Promise<boolean> {
    if (this.#isDue) return true;
    const rung = new AbortController();
    // A reason that is no exception: one of those would be made, with its stack, for every turn of every pod.
    this.#wakeUp = () => rung.abort('it rang');
    await this.clock.sleep(Math.max(1, until - this.clock.now()), rung.signal);
    this.#wakeUp = () => {};
    return rung.signal.aborted;
  }
}
