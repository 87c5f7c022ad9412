/**
 * The pods of all hollow nodes of a process: one watch brings them, one queue holds what is due next of each, and only what
 * changed of a status is written. Those that are deleted go after their time.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import { StatusError } from '../../api/status.js';
import type { Pod } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { keyOf } from '../../client/informer/cache.js';
import { Informer } from '../../client/informer/informer.js';
import { WorkQueue } from '../../client/queue/work-queue.js';
import { pods } from '../../client/resources.js';
import { nodeAddress, PodAddresses } from './addresses.js';
import type { HollowNode } from './nodes.js';
import { type HollowScript, type Life, lifeOf } from './script.js';
import { advance, dueAt, firstStage, type Stage } from './stage.js';
import { hollowStatus } from './status.js';

export interface PodsOptions {
  client: Client;
  clock: Clock;
  random: () => number;
  log: Logger;
  script: HollowScript;
  signal: AbortSignal;
  nodes: ReadonlyMap<string, HollowNode>;
}

/** A container that is to start sooner is told of when it runs: kubelets put such news together, too. */
const worthTellingMs = 1000;
/** Requests under way at once. */
const workers = 64;
const retry = { baseMs: 100, maxMs: 30_000 };

interface Living {
  uid: string;
  node: string;
  life: Life;
  stage: Stage;
  /** When it was seen to be deleted. */
  endingSince?: number;
}

export class HollowPods {
  readonly #options: PodsOptions;
  readonly #queue: WorkQueue<string>;
  readonly #living = new Map<string, Living>();
  readonly #addresses = new Map<string, PodAddresses>();
  readonly #informer: Informer<Pod>;

  constructor(options: PodsOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.clock, retry);
    const selection = { fieldSelector: 'spec.nodeName!=' };
    this.#informer = new Informer<Pod>({ ...options, resource: pods, selection });
  }

  /** Until the signal aborts. */
  async run(): Promise<void> {
    const { nodes, signal } = this.#options;
    this.#informer.onChange(({ before, now }) => {
      const pod = now ?? before;
      if (pod && nodes.has(pod.spec?.nodeName ?? '')) this.#queue.add(keyOf(pod));
    });
    signal.addEventListener('abort', () => this.#queue.shutdown(), { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
    await this.#informer.stopped;
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      try {
        await this.#look(key);
        this.#queue.forget(key);
      } catch (error) {
        if (!this.#options.signal.aborted) {
          this.#options.log.debug({ pod: key, reason: (error as Error).message }, 'a hollow pod is tried again');
          this.#queue.addAfterFailure(key);
        }
      }
      this.#queue.done(key);
    }
  }

  async #look(key: string): Promise<void> {
    const { clock } = this.#options;
    const pod = this.#informer.cache.get(key);
    const known = this.#living.get(key);
    if (known && known.uid !== pod?.metadata.uid) this.#forget(key, known);
    if (!pod) return;
    const now = clock.now();
    const living = this.#living.get(key) ?? this.#meet(key, pod, now);
    if (pod.metadata.deletionTimestamp !== undefined) return this.#end(key, pod, living, now);
    living.stage = advance(pod, living.stage, living.life, now);
    const due = dueAt(living.stage, living.life);
    const passing =
      living.stage.kind === 'starting' && living.stage.restarts === 0 && (due ?? now) - now < worthTellingMs;
    if (!passing) await this.#report(pod, living, now);
    if (due !== undefined) this.#queue.addAfter(key, Math.max(1, due - clock.now()));
  }

  #meet(key: string, pod: Pod, now: number): Living {
    const life = lifeOf(pod, this.#options.script);
    const { uid = '' } = pod.metadata;
    const living = { uid, node: pod.spec?.nodeName ?? '', life, stage: firstStage(pod, life, now) };
    this.#living.set(key, living);
    return living;
  }

  #forget(key: string, { node, uid }: Living): void {
    this.#addresses.get(node)?.release(uid);
    this.#living.delete(key);
  }

  async #report(pod: Pod, { node, stage, uid }: Living, now: number): Promise<void> {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    const { client, nodes, signal } = this.#options;
    const index = nodes.get(node)?.index ?? 0;
    const addresses = this.#addresses.get(node) ?? new PodAddresses(index);
    this.#addresses.set(node, addresses);
    const podIP = addresses.of(uid, pod.status?.podIP);
    const status = hollowStatus(pod, stage, { nodeIP: nodeAddress(index), podIP, now });
    if (isSaid(pod.status, status)) return;
    const { name = '', namespace = '' } = pod.metadata;
    const options = { subresource: 'status', signal, cause: `hollow ${node} <- ${stage.kind}` };
    await ignoringGone(client.patch(pods, { namespace, name }, 'strategic', { metadata: { uid }, status }, options));
  }

  async #end(key: string, pod: Pod, living: Living, now: number): Promise<void> {
    living.endingSince ??= now;
    const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    const left = living.endingSince + Math.min(living.life.stopMs, grace) - now;
    if (left > 0) return this.#queue.addAfter(key, left);
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const { client, signal } = this.#options;
    const options = { gracePeriodSeconds: 0, preconditions: { uid }, signal, cause: `hollow ${living.node} <- ended` };
    await ignoringGone(client.delete(pods, { namespace, name }, options));
  }
}

/** All of it stands there already. */
const isSaid = (before: Pod['status'], now: NonNullable<Pod['status']>): boolean =>
  Object.entries(now).every(([field, value]) => {
    const there = before?.[field as keyof typeof before];
    return semanticEqual(there, value);
  });

async function ignoringGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof StatusError && (error.code === 404 || error.code === 409))) throw error;
  }
}
