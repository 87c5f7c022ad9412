/**
 * What is known of one server that questions are sent on to. That it did not answer a question says little: the name may be
 * of a zone whose servers are gone. So it is asked something else, and only who does not answer that is down. The same
 * check finds a server that sends us back our own questions.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';
import { encodeOutgoing, isAnswerTo, questionFor } from '../wire/received.js';
import type { Exchange, Server } from './exchange.js';

const checkMs = 1000;
/** How long after a check the next one may be: of one that is down, and of one that leads back to us. */
const pauseMs = { down: 1000, loop: 30_000 };
/** No server has records of such names, and none needs to: that there are none is an answer, too. */
const hinfo = 13;

export interface UpstreamOptions {
  exchange: Exchange;
  clock: Clock;
  log: Logger;
  /** From 0 to 65535, not to be guessed. */
  newId: () => number;
}

export class Upstream {
  #state: 'up' | 'down' | 'loop' = 'up';
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking = false;
  /** The name that is asked for now; should it come back, it came from here. */
  #nonce = '';

  constructor(
    readonly server: Server,
    private readonly options: UpstreamOptions,
  ) {}

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Whether it is worth a question. One that is not is looked at again, in the background. */
  get isUsable(): boolean {
    const neverChecked = this.#checkedAt === Number.NEGATIVE_INFINITY;
    const isDue = this.#state !== 'up' && this.options.clock.now() - this.#checkedAt >= pauseMs[this.#state];
    if (neverChecked || isDue) this.check();
    return this.isUp;
  }

  /** A question of ours has come in. True if this server was asked it: then all that is sent there comes back. */
  sent(name: string): boolean {
    if (this.#nonce === '' || name !== this.#nonce) return false;
    if (this.#state !== 'loop')
      this.options.log.error(
        { upstream: this.server.address },
        "a server for outside names sends the cluster's DNS its own questions, and is left out: name one in resolv.conf that does not forward to the cluster",
      );
    this.#state = 'loop';
    return true;
  }

  /** A question was not answered in time. */
  check(): void {
    if (!this.#checking) void this.#check();
  }

  async #check(): Promise<void> {
    const { clock, newId, exchange } = this.options;
    this.#checking = true;
    this.#checkedAt = clock.now();
    this.#nonce = `${newId()}-${newId()}-${newId()}.orrery-check`;
    const before = this.#state;
    const question = questionFor(this.#nonce, hinfo);
    const id = newId();
    const message = encodeOutgoing({ question, recursionDesired: true, checkingDisabled: false }, id);
    const patience = new AbortController();
    void clock.sleep(checkMs, patience.signal).then(() => patience.abort());
    // What came back to us was answered by us, and is no sign of life.
    const isLoop = (): boolean => this.#state === 'loop';
    this.#state = before === 'loop' ? 'down' : before;
    try {
      await exchange(this.server, message, 'udp', answer => isAnswerTo(answer, question, id), patience.signal);
      if (!isLoop()) this.#becomes('up', before);
    } catch {
      if (!isLoop()) this.#becomes('down', before);
    } finally {
      patience.abort();
      this.#nonce = '';
      this.#checking = false;
    }
  }

  #becomes(state: 'up' | 'down', before: string): void {
    this.#state = state;
    if (state === before) return;
    const { log } = this.options;
    if (state === 'up') log.info({ upstream: this.server.address }, 'a server for outside names answers again');
    else log.warn({ upstream: this.server.address }, 'a server for outside names does not answer');
  }
}
