/**
 * One watch stream as an inbox. It is always read to the end: a paused stream would fill the window of the HTTP/2
 * connection, and with it hold up the calls that share it. Who does not keep up is ended instead (see watch.ts).
 */
import type { IWatchResponse } from 'etcd3';
import type { WatchDuplex } from './client.js';
import { NUL } from './keys.js';

export class Inbox {
  readonly #responses: IWatchResponse[] = [];
  #taken = 0;
  /** Why no more will come. */
  failure: Error | undefined;
  /** The revision of etcd when it took up the watch; undefined before. */
  createdAt: number | undefined;
  /** The newest revision received. */
  newest = 0;

  /** Asks for every event from a revision on. `arrived` is called after each response and at the end. */
  constructor(
    private readonly stream: WatchDuplex,
    from: number,
    private readonly arrived: () => void,
  ) {
    stream.on('data', (response: IWatchResponse) => this.#receive(response));
    stream.on('error', (error: Error) => this.#end(error));
    stream.on('end', () => this.#end(new Error('etcd ended the watch stream')));
    stream.write({
      create_request: {
        key: NUL,
        range_end: NUL,
        start_revision: from,
        // A large response comes in parts, rather than exceeding what gRPC may send.
        fragment: true,
      },
    } as never);
  }

  take(): IWatchResponse | undefined {
    const response = this.#responses[this.#taken];
    if (response === undefined) return undefined;
    this.#taken++;
    if (this.#taken === this.#responses.length) {
      this.#responses.length = 0;
      this.#taken = 0;
    }
    return response;
  }

  close(): void {
    this.stream.end();
    this.stream.cancel();
  }

  #receive(response: IWatchResponse): void {
    if (response.created && !response.canceled) {
      this.createdAt = Number(response.header.revision);
    } else {
      this.#responses.push(response);
      this.newest = Number(response.events.at(-1)?.kv.mod_revision ?? this.newest);
    }
    this.arrived();
  }

  #end(failure: Error): void {
    this.failure ??= failure;
    this.arrived();
  }
}
