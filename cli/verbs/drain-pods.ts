/** Takes pods away, by eviction (which asks their disruption budgets, again and again) or by deletion, and waits for them. */
import type { Clock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { KubeObject, Pod } from '../../api/types.js';
import type { Client, Name } from '../../client/client.js';
import { pods as podResource } from '../../client/resources.js';
import { isLongGoing } from '../objects/drainable.js';
import { isNotFound } from '../objects/fetch.js';

export interface Leaving {
  evict: boolean;
  dryRun: boolean;
  /** 0: for ever. */
  timeoutMs: number;
  gracePeriodSeconds?: number;
  skipAfterMs: number;
}

const askAgainMs = 5_000;
const lookMs = 1_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const nameOf = ({ metadata }: Pod): Name => ({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' });

export class PodRemoval {
  readonly #deadline: number;

  constructor(
    private readonly client: Client,
    private readonly leaving: Leaving,
    private readonly clock: Clock,
  ) {
    this.#deadline = leaving.timeoutMs > 0 ? clock.now() + leaving.timeoutMs : Number.POSITIVE_INFINITY;
  }

  /** Answers what went wrong. */
  async removeAll(pods: readonly Pod[]): Promise<string[]> {
    const wrong = await Promise.all(pods.map(pod => (this.leaving.evict ? this.evict(pod) : this.delete(pod))));
    return wrong.filter(error => error !== undefined);
  }

  private get isLate(): boolean {
    return this.clock.now() >= this.#deadline;
  }

  private get late(): string {
    return `global timeout reached: ${this.leaving.timeoutMs / 1000}s`;
  }

  private async evict(pod: Pod): Promise<string | undefined> {
    const { namespace, name } = nameOf(pod);
    const which = `pods/"${name}" -n "${namespace}"`;
    for (;;) {
      say(`evicting pod ${namespace}/${name}${this.leaving.dryRun ? ' (server dry run)' : ''}`);
      if (this.isLate) return `error when evicting ${which}: ${this.late}`;
      try {
        await this.client.post(podResource, nameOf(pod), 'eviction', this.eviction(pod));
        break;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        const { message } = error as Error;
        if (!isForLater(error)) return `error when evicting ${which}: ${message}`;
        process.stderr.write(`error when evicting ${which} (will retry after 5s): ${message}\n`);
        await this.clock.sleep(askAgainMs);
      }
    }
    const wrong = this.leaving.dryRun ? undefined : await this.untilGone(pod, 'evicted');
    return wrong && `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ${wrong}`;
  }

  private eviction({ metadata }: Pod): KubeObject {
    const { gracePeriodSeconds, dryRun } = this.leaving;
    const options = {
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    const { name = '', namespace = '' } = metadata;
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: options,
    };
    return eviction as KubeObject;
  }

  private async delete(pod: Pod): Promise<string | undefined> {
    const { gracePeriodSeconds, dryRun } = this.leaving;
    const options = { dryRun, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) };
    try {
      await this.client.delete(podResource, nameOf(pod), options);
    } catch (error) {
      return isNotFound(error) ? undefined : (error as Error).message;
    }
    return dryRun ? undefined : this.untilGone(pod, 'deleted');
  }

  /** Gone is: absent, or another one of that name. Answers what went wrong. */
  private async untilGone(pod: Pod, how: string): Promise<string | undefined> {
    for (;;) {
      let now: Pod;
      try {
        now = await this.client.get(podResource, nameOf(pod));
      } catch (error) {
        if (!isNotFound(error)) return (error as Error).message;
        say(`pod/${pod.metadata.name} ${how}`);
        return undefined;
      }
      if (now.metadata.uid !== pod.metadata.uid) {
        say(`pod/${pod.metadata.name} ${how}`);
        return undefined;
      }
      const { skipAfterMs } = this.leaving;
      if (isLongGoing(now, skipAfterMs, this.clock.now())) {
        say(`pod ${pod.metadata.name} has DeletionTimestamp older than ${skipAfterMs / 1000} seconds, skipping`);
        return undefined;
      }
      if (this.isLate) return this.late;
      await this.clock.sleep(lookMs);
    }
  }
}

/** A budget that is used up is full again later; a namespace that is going takes its pods with it. */
const isForLater = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.code === 429 ||
    (error.code === 403 &&
      (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')));
