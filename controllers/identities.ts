/** Each loop acts as a ServiceAccount of its own, which has the rights of its system:controller: role and no others. */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { serviceAccountClient } from '../client/token.js';

/** Loops that share an account, as they do in Kubernetes: by it the eviction has the rights of the node lifecycle. */
const sharedAccounts: Record<string, string> = {
  'taint-eviction-controller': 'node-controller',
  'node-ipam-controller': 'node-controller',
  'stale-disruption-controller': 'disruption-controller',
  'job-pod-finalizer-controller': 'job-controller',
};

/** What makes the credentials of accounts cannot wait for one of its own: it acts as the process, as in Kubernetes. */
const asProcess = new Set(['tokens-controller']);

export class Identities {
  readonly #clients = new Map<string, Client>();

  /** `client` makes the accounts and their tokens. */
  constructor(
    private readonly connection: Connection,
    private readonly options: { client: Client; clock: Clock; log: Logger },
  ) {}

  /** The client of a loop, by the loop's name. The account and its token are made when it is first used. */
  clientFor(controller: string): Client {
    if (asProcess.has(controller)) return this.options.client;
    const name = sharedAccounts[controller] ?? controller;
    const known = this.#clients.get(name);
    if (known) return known;
    const client = serviceAccountClient(this.connection, { ...this.options, name });
    this.#clients.set(name, client);
    return client;
  }

  /** Gets tokens and connections ahead of their first use. A failure shows when they are used. */
  warm(...controllers: string[]): void {
    for (const name of controllers)
      void this.clientFor(name)
        .raw('/version')
        .catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map(client => client.close()));
  }
}
