/** What /metrics says of priority and fairness, under Kubernetes' names. */
import { Gauge, type Registry } from 'prom-client';
import { counter, histogram } from '../metrics/series.js';
import type { Fairness, FairnessObserver, Flow } from './index.js';
import type { Level } from './level.js';

/** `fairness` is asked for at every scrape. */
export function fairnessMetrics(
  registry: Registry,
  fairness: () => Pick<Fairness, 'state' | 'fraction'>,
): FairnessObserver {
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
  const gauge = (name: string, help: string, read: (level: Level) => number) =>
    new Gauge({
      name: `apiserver_flowcontrol_${name}`,
      help,
      labelNames: ['priority_level'] as const,
      registers,
      collect() {
        this.reset();
        for (const { level, of } of fairness().state()) this.set({ priority_level: level }, read(of));
      },
    });
  gauge('nominal_limit_seats', 'Seats of a level that are its own', ({ bounds }) => bounds.nominal);
  gauge('lower_limit_seats', 'Seats that a level never lends', ({ bounds }) => bounds.least);
  gauge('upper_limit_seats', 'Seats of a level with all that it may borrow', ({ bounds }) => bounds.most);
  gauge('current_limit_seats', 'Seats that a level has now', ({ seats }) => seats);
  gauge('current_executing_requests', 'Requests that have a seat now', ({ executing }) => executing);
  gauge('current_executing_seats', 'Seats that are taken now', ({ executing }) => executing);
  gauge('current_inqueue_requests', 'Requests that wait for a seat now', ({ waiting }) => waiting);
  gauge('demand_seats_high_watermark', 'The most seats asked for in the last period', ({ demand }) => demand.high);
  gauge('demand_seats_average', 'Seats asked for in the last period, on average', ({ demand }) => demand.average);
  gauge('demand_seats_stdev', 'How far that strayed from its average', ({ demand }) => demand.deviation);
  gauge('demand_seats_smoothed', 'Seats that a level is reckoned to want', ({ demand }) => demand.wanted);
  new Gauge({
    name: 'apiserver_flowcontrol_seat_fair_frac',
    help: 'The part of the seats it wants that each level has, its bounds permitting',
    registers,
    collect() {
      this.set(fairness().fraction);
    },
  });
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
