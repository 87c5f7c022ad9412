/** Where metrics come from: the APIs of metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io. */
import { labelSelectorOf } from '../../api/selectors/index.js';
import { StatusError } from '../../api/status.js';
import type { LabelSelector, PodMetrics } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { type Sample, type Samples, thousandths } from './replicas.js';

interface Value {
  describedObject?: { name?: string };
  timestamp?: string;
  windowSeconds?: number;
  window?: string;
  value: string;
}

/** All in thousandths. What cannot be had is thrown as an Error. */
export class MetricSources {
  constructor(private readonly client: Pick<Client, 'raw'>) {}

  /** Of a container, or of all of each pod's together. */
  async resource(
    namespace: string,
    selector: string,
    resource: string,
    container: string | undefined,
    signal: AbortSignal,
  ): Promise<Samples> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    const items = await this.#items<PodMetrics>(path, signal).catch(error => {
      throw new Error(`unable to get metrics for resource ${resource}: ${(error as Error).message}`);
    });
    const samples = new Map<string, Sample>();
    for (const { metadata, containers, timestamp, window } of items) {
      const counted = containers.filter(({ name }) => !container || name === container);
      const values = counted.map(({ usage }) => usage[resource]);
      if (values.length === 0 || values.some(value => value === undefined)) continue;
      const value = values.reduce((sum, one) => sum + thousandths(one as string), 0);
      samples.set(metadata.name ?? '', { value, at: Date.parse(timestamp), windowMs: windowOf(window) });
    }
    if (samples.size > 0) return samples;
    throw new Error(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`);
  }

  /** Of each pod. */
  async pods(
    namespace: string,
    selector: string,
    metric: string,
    of: LabelSelector | undefined,
    signal: AbortSignal,
  ): Promise<Samples> {
    const query = new URLSearchParams({ labelSelector: selector, ...metricQuery(of, 'metricLabelSelector') });
    const items = await this.#custom(`namespaces/${namespace}/pods/*/${metric}?${query}`, metric, signal);
    return new Map(
      items.map(item => [
        item.describedObject?.name ?? '',
        {
          value: thousandths(item.value),
          at: Date.parse(item.timestamp ?? ''),
          windowMs: (item.windowSeconds ?? 60) * 1000,
        },
      ]),
    );
  }

  /** Of one object; `resource` is 'ingresses.networking.k8s.io'. */
  async object(
    namespace: string,
    resource: string,
    name: string,
    metric: string,
    of: LabelSelector | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const query = new URLSearchParams(metricQuery(of, 'metricLabelSelector'));
    const place =
      resource === 'namespaces' ? `namespaces/${name}/metrics` : `namespaces/${namespace}/${resource}/${name}`;
    const [first] = await this.#custom(`${place}/${metric}?${query}`, metric, signal);
    if (!first) throw new Error(`unable to get metric ${metric}: no metrics returned from custom metrics API`);
    return thousandths(first.value);
  }

  /** The sum of all that match. */
  async external(
    namespace: string,
    metric: string,
    of: LabelSelector | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const query = new URLSearchParams(metricQuery(of, 'labelSelector'));
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}?${query}`;
    const items = await this.#items<Value>(path, signal).catch(error => {
      throw new Error(`unable to get external metric ${namespace}/${metric}: ${(error as Error).message}`);
    });
    if (items.length === 0) {
      throw new Error(
        `unable to get external metric ${namespace}/${metric}: no metrics returned from external metrics API`,
      );
    }
    return items.reduce((sum, { value }) => sum + thousandths(value), 0);
  }

  async #custom(path: string, metric: string, signal: AbortSignal): Promise<Value[]> {
    const root = '/apis/custom.metrics.k8s.io';
    try {
      return await this.#items<Value>(`${root}/v1beta2/${path}`, signal).catch(error => {
        if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
        return this.#items<Value>(`${root}/v1beta1/${path}`, signal);
      });
    } catch (error) {
      throw new Error(`unable to get metric ${metric}: ${(error as Error).message}`);
    }
  }

  async #items<T>(path: string, signal: AbortSignal): Promise<T[]> {
    const { body } = await this.client.raw(path, { signal });
    return (JSON.parse(body.toString('utf8')) as { items?: T[] }).items ?? [];
  }
}

const metricQuery = (of: LabelSelector | undefined, name: string): Record<string, string> =>
  of ? { [name]: labelSelectorOf(of).toString() } : {};

/** '15s', '1m0s', '30.5s'. */
function windowOf(text: string): number {
  const units: Record<string, number> = { h: 3600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ''] ?? 0), 0);
}
