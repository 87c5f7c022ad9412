/** `connect(connection)`: the Client of client/client.ts over HTTP. Light to import: the CLI does so for each command. */
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../api/clock.js';
import type { DeleteOptions, KubeList, KubeObject, WatchEvent } from '../../api/types.js';
import type {
  Client,
  DeleteCallOptions,
  ListCallOptions,
  Name,
  PatchType,
  ReadOptions,
  Resource,
  WatchCallOptions,
  WriteCallOptions,
} from '../client.js';
import type { Connection } from '../connection.js';
import type { Answer, Call } from './call.js';
import { connectionError, errorFromAnswer } from './failure.js';
import {
  collectionPath,
  listQuery,
  objectPath,
  patchContentType,
  requiredNamespace,
  watchQuery,
  writeQuery,
} from './path.js';
import { retryAfterMs } from './retry.js';
import { Transport } from './transport.js';
import { watchEvents } from './watch.js';

export interface ConnectOptions {
  /** 'orrery' unless said. */
  userAgent?: string;
  /** For a whole answer; of a stream, for its head. 60 s unless said. */
  timeoutMs?: number;
  log?: Logger;
  clock?: Clock;
  /** A Warning header of the server, as kubectl prints it. */
  onWarning?: (text: string) => void;
}

/** A Client, and what only commands need. */
export interface RestClient extends Client {
  readonly connection: Connection;
  /** An answer that is read as it comes (followed logs). Abort the signal to end it. */
  stream(
    path: string,
    options?: ReadOptions & { accept?: string },
  ): Promise<{ contentType: string; body: AsyncIterable<Buffer> }>;
}

/** The header that apiserver/contracts.ts reads a write's cause from (this folder may not import it). */
export const causeHeader = 'orrery-cause';

export function connect(connection: Connection, options: ConnectOptions = {}): RestClient {
  return connectBy(new Transport(connection, options.clock ?? systemClock), connection, options);
}

/** The same over another way to the server: the simulation's is a call in its own process. */
export function connectBy(
  transport: Pick<Transport, 'send' | 'close'>,
  connection: Connection,
  options: ConnectOptions = {},
): RestClient {
  return new HttpClient(transport, connection, options);
}

type WriteOptions = WriteCallOptions & { force?: boolean };

class HttpClient implements RestClient {
  readonly #transport: Pick<Transport, 'send' | 'close'>;
  readonly #options: ConnectOptions;
  readonly #clock: Clock;

  constructor(
    transport: Pick<Transport, 'send' | 'close'>,
    readonly connection: Connection,
    options: ConnectOptions,
  ) {
    this.#transport = transport;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get<T extends KubeObject>(resource: Resource<T>, name: Name, options: ReadOptions = {}): Promise<T> {
    return this.#json<T>('GET', objectPath(resource, name), options);
  }

  list<T extends KubeObject>(resource: Resource<T>, options: ListCallOptions = {}): Promise<KubeList<T>> {
    return this.#json('GET', collectionPath(resource, options.namespace) + listQuery(options), options);
  }

  async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchCallOptions): AsyncGenerator<WatchEvent<T>> {
    try {
      const path = collectionPath(resource, options.namespace) + watchQuery(options);
      const answer = await this.#open('GET', path, { signal: options.signal, stream: true });
      yield* watchEvents<T>(this.#chunks(answer.body));
    } catch (error) {
      if (!options.signal.aborted) throw error;
    }
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, options: WriteCallOptions = {}): Promise<T> {
    const { name = '', namespace } = object.metadata;
    const path = options.subresource
      ? objectPath(resource, namespace === undefined ? { name } : { name, namespace }, options.subresource)
      : collectionPath(resource, requiredNamespace(resource, namespace));
    return this.#write<T>('POST', path, object, options);
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, options: WriteCallOptions = {}): Promise<T> {
    const { name = '', namespace } = object.metadata;
    const path = objectPath(resource, namespace === undefined ? { name } : { name, namespace }, options.subresource);
    return this.#write<T>('PUT', path, object, options);
  }

  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    const named = type === 'apply' ? { fieldManager: 'orrery', ...options } : options;
    return this.#write<T>(
      'PATCH',
      objectPath(resource, name, options.subresource),
      patch,
      named,
      patchContentType[type],
    );
  }

  async delete<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    options: DeleteCallOptions = {},
  ): Promise<void> {
    const { signal, cause, dryRun, ...said } = options;
    const body: DeleteOptions = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...said,
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    await this.#write('DELETE', objectPath(resource, name), body, {
      ...(signal ? { signal } : {}),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  post<A extends KubeObject>(
    resource: Resource,
    name: Name,
    subresource: string,
    body: KubeObject,
    options: WriteCallOptions = {},
  ): Promise<A> {
    return this.#write<A>('POST', objectPath(resource, name, subresource), body, options);
  }

  async raw(
    path: string,
    options: ReadOptions & { accept?: string } = {},
  ): Promise<{ contentType: string; body: Buffer }> {
    const answer = await this.#open('GET', path, options);
    return { contentType: answer.headers['content-type'] ?? '', body: await this.#whole(answer.body) };
  }

  async stream(
    path: string,
    options: ReadOptions & { accept?: string } = {},
  ): Promise<{ contentType: string; body: AsyncIterable<Buffer> }> {
    const answer = await this.#open('GET', path, { ...options, stream: true });
    return { contentType: answer.headers['content-type'] ?? '', body: this.#chunks(answer.body, options.signal) };
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  #write<T>(method: string, path: string, body: unknown, options: WriteOptions, type = 'application/json'): Promise<T> {
    return this.#json<T>(method, path + writeQuery(options), {
      ...(options.signal ? { signal: options.signal } : {}),
      body: JSON.stringify(body),
      headers: {
        'content-type': type,
        ...(options.cause === undefined ? {} : { [causeHeader]: headerText(options.cause) }),
      },
    });
  }

  async #json<T>(method: string, path: string, options: OpenOptions): Promise<T> {
    const answer = await this.#open(method, path, options);
    const body = await this.#whole(answer.body, options.signal);
    try {
      return JSON.parse(body.toString('utf8')) as T;
    } catch (error) {
      throw connectionError(
        this.connection.server,
        new Error(`it answered ${method} ${path} with something that is not JSON`, { cause: error }),
      );
    }
  }

  /** The head of a good answer; throws StatusError for any other. Waits and asks again where the server says so. */
  async #open(method: string, path: string, options: OpenOptions): Promise<Answer> {
    const call = this.#call(method, path, options);
    for (let retries = 0; ; retries++) {
      const answer = await this.#transport.send(call);
      this.#warn(answer);
      if (answer.status < 400) return answer;
      const body = await this.#whole(answer.body, options.signal);
      const wait = retryAfterMs(method, answer.status, answer.headers, retries);
      if (wait === undefined) throw errorFromAnswer(answer.status, body);
      this.#options.log?.debug({ method, path, wait }, 'the server asks to come back later');
      await this.#clock.sleep(wait, options.signal);
      options.signal?.throwIfAborted();
    }
  }

  #call(method: string, path: string, options: OpenOptions): Call {
    return {
      method,
      path,
      headers: {
        accept: options.accept ?? 'application/json',
        'user-agent': this.#options.userAgent ?? 'orrery',
        ...options.headers,
      },
      timeoutMs: this.#options.timeoutMs ?? 60_000,
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.stream ? { stream: true } : {}),
    };
  }

  async #whole(body: Answer['body'], signal?: AbortSignal): Promise<Buffer> {
    if (Buffer.isBuffer(body)) return body;
    const chunks: Buffer[] = [];
    for await (const chunk of this.#chunks(body, signal)) chunks.push(chunk);
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }

  async *#chunks(body: Answer['body'], signal?: AbortSignal): AsyncGenerator<Buffer> {
    try {
      if (Buffer.isBuffer(body)) yield body;
      else for await (const chunk of body) yield chunk as Buffer;
    } catch (error) {
      signal?.throwIfAborted();
      throw connectionError(this.connection.server, error);
    }
  }

  #warn(answer: Answer): void {
    const header = answer.headers.warning;
    if (header === undefined || !this.#options.onWarning) return;
    for (const text of warningTexts(header)) this.#options.onWarning(text);
  }
}

interface OpenOptions extends ReadOptions {
  body?: string;
  headers?: Record<string, string>;
  accept?: string;
  stream?: boolean;
}

/** The texts of a Warning header: `299 - "unknown field \"spec.x\""`, several with commas between. */
export function warningTexts(header: string): string[] {
  return [...header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(match => (match[1] ?? '').replace(/\\(.)/g, '$1'));
}

/** What a header may carry: printable ASCII, and not without end. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 1024);
