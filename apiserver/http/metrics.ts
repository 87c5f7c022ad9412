/** What /metrics says, under the names that Kubernetes' dashboards ask for. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestInfo } from '../contracts.js';

export interface Metrics {
  registry: Registry;
  answered(info: RequestInfo, code: number, milliseconds: number): void;
}

/** `watchers` is asked for at every scrape. */
export function openMetrics(watchers: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = ['verb', 'group', 'version', 'resource', 'subresource', 'code'] as const;
  const requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests, by verb, resource and the code of the answer',
    labelNames: labels,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'How long requests took to be answered (watches: to be started), in seconds',
    labelNames: ['verb', 'resource'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60],
    registers: [registry],
  });
  new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches that are open now',
    registers: [registry],
    collect() {
      this.set(watchers());
    },
  });
  return {
    registry,
    answered({ verb, group, version, resource, subresource }, code, milliseconds) {
      requests.inc({ verb, group, version, resource, subresource, code });
      durations.observe({ verb, resource }, milliseconds / 1000);
    },
  };
}
