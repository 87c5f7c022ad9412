/**
 * The API as a function, for tests: over the memory store, with a clock that stands still, ids that count, and everybody
 * allowed everything (what is allowed is tested in auth/).
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../api/clock.js';
import { builtinKinds } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import { openMemoryStore } from '../../storage/memory/open.js';
import type { Store } from '../../storage/store.js';
import { lookupOver } from '../cache/lookup.js';
import { WatchCache } from '../cache/watch-cache.js';
import type { AdmissionPlugin, AuditRecord, CreateHandler, Credentials, Sink, User } from '../contracts.js';
import { Fairness } from '../fairness/index.js';
import { Api } from '../http/api.js';
import type { Environment } from '../registry/call.js';
import { KindTable } from '../registry/kinds.js';
import { ServiceAllocation } from '../registry/services/allocation.js';

export const startOfTime = Date.parse('2026-01-01T00:00:00Z');

export class StillClock implements Clock {
  constructor(public time = startOfTime) {}
  now(): number {
    return this.time;
  }
  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => signal?.addEventListener('abort', () => resolve(), { once: true }));
  }
}

export interface TestAnswer {
  code: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into bodies of every kind
  body: any;
  headers: Record<string, string>;
}

export interface TestApi {
  env: Environment;
  store: Store;
  clock: StillClock;
  audit: AuditRecord[];
  errors: unknown[];
  /** `line` is 'GET /api/v1/pods'. A body that is no string or Buffer is sent as JSON. */
  ask(line: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  /** As `ask`, and the code must be `code`; answers the body. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  must(code: number, line: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
  /** The answer as it came. */
  text(line: string, headers?: Record<string, string>): Promise<{ body: string; headers: Record<string, string> }>;
  /** The same, byte for byte. */
  bytes(
    line: string,
    headers?: Record<string, string>,
    body?: unknown,
  ): Promise<{ code: number; body: Buffer; headers: Record<string, string> }>;
  watch(path: string, headers?: Record<string, string>): Promise<TestWatch>;
  /** The API's once-a-second look at the clock, `ms` later. */
  tick(ms: number): void;
  close(): Promise<void>;
}

export interface HarnessOptions {
  store?: Store;
  rows?: readonly KindRow[];
  admission?: readonly AdmissionPlugin[];
  createHandlers?: ReadonlyMap<string, CreateHandler>;
  computed?: Environment['computed'];
  /** Who asks, by the Authorization header; the tester unless said. */
  authenticate?: (credentials: Credentials) => User;
  /** Requests share so many seats; any number at a time unless said. */
  seats?: number;
}

export async function openTestApi(options: HarnessOptions = {}): Promise<TestApi> {
  const clock = new StillClock();
  const store = options.store ?? openMemoryStore({ clock });
  const rows = options.rows ?? builtinKinds;
  const errors: unknown[] = [];
  const cache = await WatchCache.open({ store, rows, clock, onFatal: error => errors.push(error) });
  const lookup = lookupOver(cache);
  const services = new ServiceAllocation({ serviceCidr: '10.96.0.0/16', random: () => 0 });
  let ids = 0;
  const env: Environment = {
    kinds: new KindTable(rows),
    store,
    cache,
    lookup,
    clock,
    admission: options.admission ?? [],
    uid: () => `uid-${++ids}`,
    randomSuffix: length => String(++ids).padStart(length, 'x'),
    random: () => 0,
    reservations: [services],
    createHandlers: options.createHandlers ?? new Map(),
    computed: options.computed ?? new Map(),
  };
  const audit: AuditRecord[] = [];
  const api = new Api({
    env,
    clock,
    authenticator: { authenticate: options.authenticate ?? (() => ({ name: 'tester', groups: ['testers'] })) },
    ...(options.seats === undefined ? {} : { fairness: new Fairness({ lookup, clock, seats: options.seats }) }),
    authorizer: { authorize: () => ({ allowed: true, reason: 'tests' }) },
    audit: { record: record => audit.push(record), close: async () => undefined },
    onError: error => errors.push(error),
  });
  return testApi(api, { env, store, clock, audit, errors });
}

type Parts = Pick<TestApi, 'env' | 'store' | 'clock' | 'audit' | 'errors'>;

function testApi(api: Api, parts: Parts): TestApi {
  const handle = (line: string, body?: unknown, headers: Record<string, string> = {}) => {
    const [method = '', target = ''] = line.split(' ');
    return api.handle({ method, target, headers, remoteAddress: '127.0.0.1', body: limit => bodyOf(body, limit) });
  };
  const ask: TestApi['ask'] = async (line, body, headers) => {
    const { status, headers: answered, body: chunks } = await handle(line, body, headers);
    return { code: status, headers: answered, body: JSON.parse(Buffer.concat(chunks).toString() || 'null') };
  };
  return {
    ...parts,
    ask,
    async must(code, line, body, headers) {
      const answer = await ask(line, body, headers);
      assert.equal(answer.code, code, `${line}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async text(line, headers) {
      const answer = await handle(line, undefined, headers);
      return { body: Buffer.concat(answer.body).toString(), headers: answer.headers };
    },
    async bytes(line, headers, body) {
      const answer = await handle(line, body, headers);
      return { code: answer.status, body: Buffer.concat(answer.body), headers: answer.headers };
    },
    async watch(path, headers) {
      const answer = await handle(`GET ${path}`, undefined, headers);
      const watch = new TestWatch(answer.status, answer.body, answer.headers['content-type']);
      answer.stream?.(watch.sink);
      return watch;
    },
    tick(ms) {
      parts.clock.time += ms;
      parts.env.cache.tick();
      api.tick();
    },
    async close() {
      await parts.env.cache.close();
      await parts.store.close();
      assert.deepEqual(parts.errors, []);
    },
  };
}

async function bodyOf(body: unknown, limit: number): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  const bytes =
    typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  assert.ok(bytes.length <= limit + 1, 'the harness sends what the server would take');
  return bytes;
}

/** What one watch has been told. */
export class TestWatch {
  readonly events: { type: string; object: AnyObject }[] = [];
  /** What came as no JSON. */
  readonly chunks: Buffer[] = [];
  /** Writes so far: one a tick, however many events. */
  writes = 0;
  ended = false;
  /** The client takes nothing while this is set. */
  blocked = false;
  #close: () => void = () => undefined;
  #drain: () => void = () => undefined;

  constructor(
    readonly code: number,
    readonly body: readonly Uint8Array[],
    readonly contentType = 'application/json',
  ) {}

  readonly sink: Sink = {
    write: chunk => {
      this.writes++;
      const bytes = Buffer.from(chunk);
      if (this.contentType !== 'application/json') this.chunks.push(bytes);
      else for (const line of bytes.toString().split('\n')) if (line) this.events.push(JSON.parse(line));
      return !this.blocked;
    },
    onDrain: listener => {
      this.#drain = listener;
    },
    onClose: listener => {
      this.#close = listener;
    },
    end: () => {
      this.ended = true;
    },
  };

  /** 'ADDED web': what happened so far, after everything under way has been written. */
  async said(): Promise<string[]> {
    await settled();
    return this.events.map(({ type, object }) => `${type} ${object.metadata?.name ?? ''}`.trim());
  }

  leave(): void {
    this.#close();
  }

  drain(): void {
    this.blocked = false;
    this.#drain();
  }
}

/** Resolves when the store's and the cache's ticks that were under way are over. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise(resolve => setImmediate(resolve));
}
