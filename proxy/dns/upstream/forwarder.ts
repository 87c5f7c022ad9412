/** Asks others what the cluster does not know: one server after the other, each for a while, and all within a client's patience. */
import type { Transport } from '../wire/message.js';
import { encodeOutgoing, foldedQuestion, isAnswerTo, type Outgoing } from '../wire/received.js';
import { AnswerCache } from './cache.js';
import type { Server } from './exchange.js';
import { Upstream, type UpstreamOptions } from './upstream.js';

/** Together less than the five seconds after which a client asks again. */
const tries = { count: 3, ms: 1500 };
/** What is more is refused: a flood of questions must not become one of sockets. */
const mostUnderWay = 512;

export interface ForwarderOptions extends UpstreamOptions {
  /** Whom to ask, in this order. */
  servers(): readonly Server[];
}

export interface Forwarded {
  message: Buffer;
  ageSeconds: number;
}

export class Forwarder {
  readonly #cache = new AnswerCache();
  readonly #underWay = new Map<string, Promise<Buffer | undefined>>();
  #upstreams: Upstream[] = [];
  /** The one that answered last comes first. */
  #preferred = 0;

  constructor(private readonly options: ForwarderOptions) {}

  /** undefined when nobody answers. Never rejects. */
  async ask(outgoing: Outgoing, transport: Transport): Promise<Forwarded | undefined> {
    const { clock } = this.options;
    const key = keyOf(outgoing);
    const kept = this.#cache.get(key, clock.now());
    if (kept) return kept;
    const message = await this.#once(`${transport} ${key}`, () => this.#askAll(outgoing, transport));
    if (!message) return undefined;
    this.#cache.put(key, message, outgoing.question.length, clock.now());
    return { message, ageSeconds: 0 };
  }

  /** Whether a question that came in is one that we sent out ourselves, to see whether it comes back. */
  isOwn(name: string): boolean {
    return this.#upstreams.some(upstream => upstream.sent(name));
  }

  /** What is asked already is not asked again: so a question that comes back to us ends here, too. */
  #once(key: string, ask: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    const asked = this.#underWay.get(key);
    if (asked !== undefined) return asked;
    if (this.#underWay.size >= mostUnderWay) return Promise.resolve(undefined);
    const asking = ask().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asking);
    return asking;
  }

  async #askAll(outgoing: Outgoing, transport: Transport): Promise<Buffer | undefined> {
    const all = this.#known();
    const inOrder = [...all.slice(this.#preferred), ...all.slice(0, this.#preferred)];
    let left = inOrder.filter(upstream => upstream.isUsable);
    for (let i = 0; i < tries.count && left.length > 0; i += 1) {
      const upstream = left[i % left.length] as Upstream;
      const tried = await this.#askOne(upstream, outgoing, transport);
      if (tried instanceof Buffer) {
        this.#preferred = Math.max(0, this.#upstreams.indexOf(upstream));
        return tried;
      }
      // Who refuses the packet will refuse the next one; and meanwhile others may have been found to be down.
      left = left.filter(other => other.isUp && !(other === upstream && tried === 'refused'));
    }
    return undefined;
  }

  async #askOne(upstream: Upstream, outgoing: Outgoing, transport: Transport): Promise<Buffer | 'silent' | 'refused'> {
    const { clock, newId, exchange } = this.options;
    const id = newId();
    const patience = new AbortController();
    void clock.sleep(tries.ms, patience.signal).then(() => patience.abort());
    const pleases = (answer: Buffer): boolean => isAnswerTo(answer, outgoing.question, id);
    try {
      return await exchange(upstream.server, encodeOutgoing(outgoing, id), transport, pleases, patience.signal);
    } catch {
      if (!patience.signal.aborted) return 'refused';
      upstream.check();
      return 'silent';
    } finally {
      patience.abort();
    }
  }

  /** What is known of a server is kept for as long as it is named. */
  #known(): Upstream[] {
    const servers = this.options.servers();
    const isSame =
      servers.length === this.#upstreams.length && servers.every((s, i) => s === this.#upstreams[i]?.server);
    if (!isSame) {
      this.#upstreams = servers.map(server => new Upstream(server, this.options));
      this.#preferred = 0;
    }
    return this.#upstreams;
  }
}

/** What is answered depends on all of it. */
const keyOf = ({ question, recursionDesired, checkingDisabled, edns }: Outgoing): string =>
  [recursionDesired, checkingDisabled, edns !== undefined, edns?.dnssecOk ?? false].map(Number).join('') +
  foldedQuestion(question);
