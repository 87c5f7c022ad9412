/** What /metrics says of priority and fairness, under Kubernetes' names. */
import { Gauge, type Registry } from 'prom-client';
import { counter, histogram } from '../metrics/series.js';
import type { Fairness, FairnessObserver, Flow } from './index.js';

/** `state` is asked for at every scrape. */
export function fairnessMetrics(registry: Registry, state: () => ReturnType<Fairness['state']>): FairnessObserver {
  const registers = [registry];
  const dispatched = counter(registry, {
    name: 'apiserver_flowcontrol_dispatched_requests_total',
    help: 'Requests that were given a seat',
  });
  const rejected = counter(registry, {
    name: 'apiserver_flowcontrol_rejected_requests_total',
    help: 'Requests that were turned away, by the reason',
  });
  const waits = histogram(
    registry,
    {
      name: 'apiserver_flowcontrol_request_wait_duration_seconds',
      help: 'How long requests waited in a queue, those that found a seat at once not counted, in seconds',
    },
    [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15],
  );
  const gauge = (name: string, help: string, read: 'seats' | 'executing' | 'waiting') =>
    new Gauge({
      name: `apiserver_flowcontrol_${name}`,
      help,
      labelNames: ['priority_level'] as const,
      registers,
      collect() {
        this.reset();
        for (const level of state()) this.set({ priority_level: level.level }, level[read]);
      },
    });
  gauge('nominal_limit_seats', 'Seats of a level', 'seats');
  gauge('current_executing_requests', 'Requests that have a seat now', 'executing');
  gauge('current_inqueue_requests', 'Requests that wait for a seat now', 'waiting');
  return {
    dispatched(flow, waitedMs) {
      const key = keyOf(flow);
      dispatched(key, () => labelsOf(flow));
      if (waitedMs > 0) waits(key, () => labelsOf(flow), waitedMs / 1000);
    },
    refused: (flow, reason) => rejected(`${reason} ${keyOf(flow)}`, () => ({ ...labelsOf(flow), reason })),
  };
}

const keyOf = ({ level, schema }: Flow): string => `${level} ${schema}`;
const labelsOf = ({ level, schema }: Flow) => ({ priority_level: level, flow_schema: schema });
