/** What /metrics says of priority and fairness, under Kubernetes' names. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Fairness, FairnessObserver } from './index.js';

/** `state` is asked for at every scrape. */
export function fairnessMetrics(registry: Registry, state: () => ReturnType<Fairness['state']>): FairnessObserver {
  const registers = [registry];
  const labelNames = ['priority_level', 'flow_schema'] as const;
  const dispatched = new Counter({
    name: 'apiserver_flowcontrol_dispatched_requests_total',
    help: 'Requests that were given a seat',
    labelNames,
    registers,
  });
  const rejected = new Counter({
    name: 'apiserver_flowcontrol_rejected_requests_total',
    help: 'Requests that were turned away, by the reason',
    labelNames: [...labelNames, 'reason'],
    registers,
  });
  const waits = new Histogram({
    name: 'apiserver_flowcontrol_request_wait_duration_seconds',
    help: 'How long requests waited in a queue, those that found a seat at once not counted, in seconds',
    labelNames,
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15],
    registers,
  });
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
    dispatched({ level, schema }, waitedMs) {
      const labels = { priority_level: level, flow_schema: schema };
      dispatched.inc(labels);
      if (waitedMs > 0) waits.observe(labels, waitedMs / 1000);
    },
    refused: ({ level, schema }, reason) => rejected.inc({ priority_level: level, flow_schema: schema, reason }),
  };
}
