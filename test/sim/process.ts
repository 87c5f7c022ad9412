/**
 * A controller manager as a process of its own: it competes for the lease with others, and the loops run while it leads. It
 * can be killed, and frozen as by SIGSTOP: then nothing in it moves, and it wakes to a time that has gone on.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../api/clock.js';
import { ConnectionError } from '../../client/client.js';
import type { Answer, Call } from '../../client/rest/call.js';
import { connectBy, type RestClient } from '../../client/rest/connect.js';
import { runAsLeader } from '../../client/runtime/leader.js';
import { runControllers } from '../../client/runtime/run.js';
import { silentLog } from '../../client/testing/log.js';
import { discover } from '../../controllers/discovery.js';
import { everyController } from '../../controllers/every.js';
import type { Faults } from './faults.js';
import type { Server } from './server.js';

export const leaseName = { namespace: 'kube-system', name: 'kube-controller-manager' };
const clusterCidr = '10.244.0.0/16';

export class ManagerProcess {
  /** Its loops run. */
  leads = false;
  #thaw: (() => void) | undefined;
  #gate: Promise<void> = Promise.resolve();
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  /** Nothing of it reaches the server any more. */
  #dead = false;

  constructor(
    readonly identity: string,
    private readonly server: Server,
    private readonly faults: Faults,
    private readonly world: { clock: Clock; random: () => number },
  ) {
    const { random } = world;
    const { signal } = this.#end;
    const client = this.#connect();
    this.#ended = runAsLeader(
      { client, lease: leaseName, identity, clock: this.#clock, random, log: silentLog, signal },
      async leading => {
        this.leads = true;
        await this.#loops(client, leading);
        this.leads = false;
      },
    );
  }

  get frozen(): boolean {
    return this.#thaw !== undefined;
  }

  freeze(): void {
    if (this.frozen) return;
    this.#gate = new Promise(resolve => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thaw?.();
    this.#thaw = undefined;
  }

  /** As kill -9: what it was about to say is never said, and its lease stays its own. */
  async kill(): Promise<void> {
    this.#dead = true;
    await this.stop();
  }

  /** Ends in order, and releases the lease. */
  async stop(): Promise<void> {
    this.thaw();
    this.#end.abort();
    await this.#ended;
    this.leads = false;
  }

  async #loops(client: RestClient, signal: AbortSignal): Promise<void> {
    const { random } = this.world;
    const served = await discover(client, signal);
    await runControllers({
      ...{ client, clock: this.#clock, random, log: silentLog, signal },
      controllers: everyController({
        clientFor: () => client,
        served: served.resources,
        authority: undefined,
        ca: 'the authority of the simulation',
        clusterCidr,
        signToken: async () => 'a token of the simulation',
      }),
    });
  }

  readonly #clock: Clock = {
    now: () => this.world.clock.now(),
    sleep: async (ms, signal) => {
      await this.world.clock.sleep(ms, signal);
      await this.#gate;
    },
  };

  #connect(): RestClient {
    const send = (call: Call): Promise<Answer> => this.#send(call);
    const connection = { server: 'http://simulation', namespace: 'default' };
    return connectBy({ send, close: () => undefined }, connection, { clock: this.#clock });
  }

  async #send(call: Call): Promise<Answer> {
    await this.#gate;
    this.#mustLive(call);
    const fault = this.faults.next(call, this.identity);
    if (fault?.instead) return fault.instead();
    const answer = await this.server.send(call);
    await this.#gate;
    if (fault?.lost) throw new ConnectionError('the answer was lost');
    this.#mustLive(call);
    return call.stream && !Buffer.isBuffer(answer.body)
      ? { ...answer, body: this.#news(answer.body, call.signal) }
      : answer;
  }

  #mustLive(call: Call): void {
    call.signal?.throwIfAborted();
    if (this.#dead) throw new ConnectionError('the process was killed');
  }

  /** What a watch tells comes late, and some of it twice. */
  #news(body: Readable, signal: AbortSignal | undefined): Readable {
    const { faults } = this;
    const { clock } = this.world;
    const gate = () => this.#gate;
    const end = (): unknown => body.destroy();
    signal?.addEventListener('abort', end, { once: true });
    async function* heard(): AsyncGenerator<Buffer> {
      try {
        for await (const chunk of body) {
          const late = faults.lateness();
          if (late > 0) await clock.sleep(late, signal);
          await gate();
          if (signal?.aborted) return;
          yield chunk as Buffer;
          if (faults.repeats()) yield chunk as Buffer;
        }
      } catch (error) {
        if (!signal?.aborted) throw new ConnectionError('the watch was cut', { cause: error });
      } finally {
        signal?.removeEventListener('abort', end);
      }
    }
    return Readable.from(heard(), { objectMode: true });
  }
}
