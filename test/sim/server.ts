/**
 * The API server itself, in this process: registry, admission and watch cache over the memory store, without sockets, keys or a
 * clock of its own. Names and uids come from the seed.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../api/clock.js';
import { builtinKinds } from '../../api/kinds/index.js';
import { expired } from '../../api/status.js';
import { builtinAdmission } from '../../apiserver/admission/index.js';
import { clusterAuthorizer } from '../../apiserver/auth/authorizer.js';
import { supergroup } from '../../apiserver/auth/well-known.js';
import { lookupOver } from '../../apiserver/cache/lookup.js';
import { WatchCache } from '../../apiserver/cache/watch-cache.js';
import type { ApiResponse } from '../../apiserver/contracts.js';
import { discoveryDocument } from '../../apiserver/discovery/documents.js';
import { Api } from '../../apiserver/http/api.js';
import { responseTo } from '../../apiserver/http/responses.js';
import type { Environment } from '../../apiserver/registry/call.js';
import { KindTable } from '../../apiserver/registry/kinds.js';
import { quotaSpender } from '../../apiserver/registry/quota.js';
import { ServiceAllocation } from '../../apiserver/registry/services/allocation.js';
import { type UsageSources, usageKinds } from '../../apiserver/usage/index.js';
import type { Answer, Call } from '../../client/rest/call.js';
import { silentLog } from '../../client/testing/log.js';
import { openMemoryStore } from '../../storage/memory/open.js';

const everySecond = 1_000;

export class Server {
  /** Requests that are not answered yet. */
  underWay = 0;
  readonly errors: unknown[] = [];
  readonly #watches = new Set<Readable>();
  /** History up to here is said to be forgotten. */
  #forgotten = 0;
  readonly #stopping = new AbortController();

  private constructor(
    private readonly env: Environment,
    private readonly clock: Clock,
    makeApi: (errors: unknown[]) => Api,
  ) {
    this.#api = makeApi(this.errors);
    void this.#keepTime();
  }
  readonly #api: Api;

  /** `ask` says what the pods of a node use. */
  static async open(clock: Clock, random: () => number, ask: UsageSources['ask']): Promise<Server> {
    const store = openMemoryStore({ clock });
    const fatal: unknown[] = [];
    const cache = await WatchCache.open({ store, rows: builtinKinds, clock, onFatal: error => fatal.push(error) });
    const lookup = lookupOver(cache);
    const authorizer = clusterAuthorizer(lookup);
    const text = (length: number): string =>
      Array.from({ length }, () => Math.floor(random() * 36).toString(36)).join('');
    const env: Environment = {
      ...{ store, cache, lookup, clock, random },
      kinds: new KindTable(builtinKinds),
      admission: builtinAdmission({
        ...{ lookup, authorizer },
        now: () => clock.now(),
        randomSuffix: text,
        spendQuota: quotaSpender(() => env),
      }),
      uid: () => `${text(8)}-${text(4)}-4${text(3)}-8${text(3)}-${text(12)}`,
      randomSuffix: text,
      reservations: [new ServiceAllocation({ serviceCidr: '10.96.0.0/16', random })],
      createHandlers: new Map(),
      computed: new Map(usageKinds({ lookup, clock, log: silentLog, ask })),
    };
    return new Server(env, clock, errors => {
      errors.push(...fatal);
      return new Api({
        ...{ env, clock, authorizer },
        authenticator: { authenticate: () => ({ name: 'simulation', groups: [supergroup] }) },
        audit: { record: () => undefined, close: async () => undefined },
        onError: error => errors.push(error),
      });
    });
  }

  /** As a Transport sends it. A 410 is answered to watches from before `forget`. */
  async send(call: Call): Promise<Answer> {
    this.underWay++;
    try {
      return call.stream ? this.#watch(await this.#answer(call)) : answered(await this.#answer(call));
    } finally {
      this.underWay--;
    }
  }

  /** Ends all watches without a word, as a dropped connection does. */
  cutWatches(): void {
    for (const watch of this.#watches) watch.destroy();
  }

  /** Watches have to begin anew, from a list. */
  async forget(): Promise<void> {
    this.#forgotten = await this.env.store.revision();
    this.cutWatches();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.cutWatches();
    await this.env.cache.close();
    await this.env.store.close();
  }

  #answer(call: Call): ApiResponse | Promise<ApiResponse> {
    const url = new URL(call.path, 'http://simulation');
    const discovery = discoveryDocument(builtinKinds, url.pathname, 'simulation');
    if (discovery) return { status: 200, headers: {}, body: [Buffer.from(JSON.stringify(discovery))] };
    const from = Number(url.searchParams.get('resourceVersion') ?? this.#forgotten);
    if (call.stream && from < this.#forgotten) {
      return responseTo(expired(`too old resource version: ${from} (${this.#forgotten})`), 'simulation');
    }
    const body = Buffer.from(call.body ?? '');
    return this.#api.handle({
      ...{ method: call.method, target: call.path, headers: call.headers, remoteAddress: '127.0.0.1' },
      body: async () => body,
    });
  }

  #watch(response: ApiResponse): Answer {
    if (!response.stream) return answered(response);
    let left: () => void = () => undefined;
    const body = new Readable({
      read: () => undefined,
      destroy: (error, done) => {
        this.#watches.delete(body);
        left();
        done(error);
      },
    });
    this.#watches.add(body);
    response.stream({
      write: chunk => body.push(chunk) || true,
      onDrain: () => undefined,
      onClose: listener => {
        left = listener;
      },
      end: () => body.push(null),
    });
    return { status: response.status, headers: response.headers, body };
  }

  async #keepTime(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.clock.sleep(everySecond, signal);
      this.env.cache.tick();
      this.#api.tick();
    }
  }
}

export const answered = ({ status, headers, body }: ApiResponse): Answer => ({
  ...{ status, headers },
  body: Readable.from([Buffer.concat(body)]),
});
