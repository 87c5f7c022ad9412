/** What a worker knows of its pod in the runtime, and whether that may have changed since it looked. */
import type { KubeletContext } from '../context.js';
import type { Made, PodObserver } from './observe.js';
import { isAlive, nothingSeen, type Seen } from './seen.js';

/** The runtime needs a moment to tell of an exit that its events have announced. */
const exitPatienceMs = 2000;

export class Sight {
  #seen: Seen = nothingSeen;
  #made: Made | undefined;

  constructor(
    private readonly observer: PodObserver,
    private readonly context: Pick<KubeletContext, 'clock' | 'signal' | 'exits'>,
    /** The runtime may hold what was not seen. */
    private isStale: boolean,
  ) {}

  get seen(): Seen {
    return this.#seen;
  }

  /** By that if it is said, and else nobody knows how. */
  changed(made?: Made): void {
    if (made) this.#made = made;
    else this.isStale = true;
  }

  /** Looks at what may have changed. Throws when the runtime does not answer. */
  async look(): Promise<void> {
    const made = this.#made;
    this.#made = undefined;
    if (this.isStale) await this.#lookAtAll();
    else if (made) this.#seen = await this.observer.observeMade(made);
    else return;
    const { clock, signal, exits } = this.context;
    for (let wait = 1; this.#isBehind() && wait <= exitPatienceMs && !signal.aborted; wait *= 2) {
      await clock.sleep(wait, signal);
      await this.#lookAtAll();
    }
    for (const { id } of [...this.#seen.containers, ...this.#seen.sandboxes]) exits.forget(id);
  }

  async #lookAtAll(): Promise<void> {
    this.isStale = false;
    this.#seen = await this.observer.observe();
  }

  #isBehind(): boolean {
    const { containers, sandboxes } = this.#seen;
    return [...containers.filter(isAlive), ...sandboxes.filter(s => s.ready)].some(({ id }) =>
      this.context.exits.has(id),
    );
  }
}
