/**
 * Follows the CustomResourceDefinitions: gives them their names, serves their kinds, and takes both back when they go.
 * One is looked at at a time, level-triggered: what the cache says of it now decides.
 */
import { deepEqual } from '../../api/json.js';
import { cleanupFinalizer, customResourceDefinitionRow } from '../../api/kinds/customresourcedefinition/row.js';
import type { KindRow } from '../../api/kinds/row.js';
import { StatusError } from '../../api/status.js';
import type { AnyObject, CustomResourceDefinition } from '../../api/types.js';
import type { Environment } from '../registry/call.js';
import { change } from '../registry/write.js';
import type { WebhookClient } from '../services/webhook-client.js';
import { converterOf } from './conversion.js';
import { emptyOut } from './empty-out.js';
import { isEstablished, statusFor, withConditions } from './names.js';
import { rowsOf, storageRowOf } from './rows.js';

export const definitions = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

export interface DefinitionsOptions {
  env: Environment;
  /** Asks those that convert. */
  webhooks: Pick<WebhookClient, 'post'>;
  /** Told of what could not be done; it is tried again. */
  failed(error: unknown, name: string): void;
}

/** After a failure it is tried again so much later. */
const retryMs = 1000;

interface Served {
  /** What the rows were made of. */
  source: unknown;
  stored: KindRow;
}

export class Definitions {
  readonly #served = new Map<string, Served>();
  readonly #stopping = new AbortController();
  readonly #wanted = new Set<string>();
  #working: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(private readonly options: DefinitionsOptions) {}

  /** Serves what is there already, and follows from then on. Resolves when all of it is served. */
  async start(): Promise<void> {
    const { lookup } = this.options.env;
    lookup.onChange(definitions, (now, before) => {
      const name = (now ?? before)?.metadata.name ?? '';
      this.#want(name);
      // Names that one gives up, another may be waiting for.
      const group = groupOf(now ?? before);
      for (const other of this.#all()) if (other.spec.group === group) this.#want(other.metadata.name ?? '');
    });
    for (const crd of this.#all()) this.#want(crd.metadata.name ?? '');
    await this.settled();
  }

  /** Resolves once everything that was seen so far has been worked through. */
  settled(): Promise<void> {
    return this.#working;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  #all(): CustomResourceDefinition[] {
    return [...this.options.env.lookup.list(definitions)] as unknown as CustomResourceDefinition[];
  }

  #want(name: string): void {
    this.#wanted.add(name);
    if (this.#busy || this.#stopping.signal.aborted) return;
    this.#busy = true;
    this.#working = this.#work().finally(() => {
      this.#busy = false;
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      const [name] = this.#wanted;
      if (name === undefined || this.#stopping.signal.aborted) return;
      this.#wanted.delete(name);
      try {
        await this.#reconcile(name);
      } catch (error) {
        this.options.failed(error, name);
        void this.#again(name);
      }
    }
  }

  async #again(name: string): Promise<void> {
    const { signal } = this.#stopping;
    await this.options.env.clock.sleep(retryMs, signal);
    if (!signal.aborted) this.#want(name);
  }

  async #reconcile(name: string): Promise<void> {
    const { env } = this.options;
    const crd = env.lookup.get(definitions, '', name) as unknown as CustomResourceDefinition | undefined;
    if (!crd) return this.#forget(name);
    const others = this.#all().filter(({ metadata, spec }) => metadata.name !== name && spec.group === crd.spec.group);
    const builtin = env.kinds.rows.filter(row => !row.custom && row.group === crd.spec.group);
    const status = statusFor(crd, others, builtin, env.clock.now());
    const settledCrd = status ? { ...crd, status } : crd;
    // A kind is served before it is called established: who has waited for that may use it at once.
    if (isEstablished(settledCrd)) await this.#serve(name, settledCrd);
    if (status) await this.#writeStatus(name, current => statusFor(current, others, builtin, env.clock.now()));
    if (crd.metadata.deletionTimestamp) await this.#finish(name, settledCrd);
  }

  async #serve(name: string, crd: CustomResourceDefinition): Promise<void> {
    const { env } = this.options;
    const source = [crd.spec, crd.status?.acceptedNames, crd.metadata.deletionTimestamp];
    const before = this.#served.get(name);
    if (before && deepEqual(before.source, source)) return;
    const convert = converterOf(crd, { webhooks: this.options.webhooks, uid: env.uid });
    const stored = storageRowOf(crd, convert);
    if (!stored) return;
    await env.cache.add(stored);
    env.kinds.set(name, rowsOf(crd, convert));
    this.#served.set(name, { source, stored });
    // Watches were begun by the rows of before: their clients come again, and get what these show.
    if (before) env.cache.resource(stored).endWatches();
  }

  #forget(name: string): void {
    const { env } = this.options;
    const served = this.#served.get(name);
    if (!served) return;
    env.kinds.set(name, []);
    env.cache.remove(served.stored);
    this.#served.delete(name);
  }

  /** All objects go first, and then the finalizer that held the definition for them. */
  async #finish(name: string, crd: CustomResourceDefinition): Promise<void> {
    const { env } = this.options;
    if (!crd.metadata.finalizers?.includes(cleanupFinalizer)) return;
    await this.#writeStatus(name, current => terminating(current, 'True', env.clock.now()));
    const row = this.#served.get(name)?.stored;
    const left = row ? await emptyOut(env, row) : 0;
    if (left > 0) return void this.#again(name);
    await this.#change(name, current => {
      const finalizers = current.metadata.finalizers?.filter(finalizer => finalizer !== cleanupFinalizer);
      const status = terminating(current, 'False', env.clock.now());
      return {
        ...current,
        ...(status ? { status } : {}),
        metadata: { ...current.metadata, finalizers: finalizers ?? [] },
      };
    });
  }

  #writeStatus(
    name: string,
    next: (current: CustomResourceDefinition) => CustomResourceDefinition['status'] | undefined,
  ): Promise<void> {
    return this.#change(name, current => {
      const status = next(current);
      return status && { ...current, status };
    });
  }

  /** Writes what `next` makes of the definition; a definition that is gone needs nothing any more. */
  async #change(
    name: string,
    next: (current: CustomResourceDefinition) => CustomResourceDefinition | undefined,
  ): Promise<void> {
    const { env } = this.options;
    const place = { row: customResourceDefinitionRow, namespace: '', name, dryRun: false };
    try {
      const { revision } = await change(env, place, current => {
        const made = next(current.object as unknown as CustomResourceDefinition) as unknown as AnyObject | undefined;
        if (!made) return { kind: 'keep' };
        const gone = made.metadata.deletionTimestamp && (made.metadata.finalizers?.length ?? 0) === 0;
        return gone ? { kind: 'remove' } : { kind: 'write', object: made };
      });
      if (revision !== undefined) await env.cache.atLeast(revision);
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
    }
  }
}

const groupOf = (object: AnyObject | undefined): string | undefined =>
  (object as unknown as CustomResourceDefinition | undefined)?.spec.group;

function terminating(
  crd: CustomResourceDefinition,
  status: 'True' | 'False',
  now: number,
): CustomResourceDefinition['status'] {
  const said =
    status === 'True'
      ? {
          type: 'Terminating',
          status,
          reason: 'InstanceDeletionInProgress',
          message: 'CustomResource deletion is in progress',
        }
      : { type: 'Terminating', status, reason: 'InstanceDeletionCompleted', message: 'removed all instances' };
  const conditions = withConditions(crd.status?.conditions ?? [], [said], now);
  return deepEqual(conditions, crd.status?.conditions) ? undefined : { ...crd.status, conditions };
}
