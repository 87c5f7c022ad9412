/** What /metrics says, under the names and labels that Kubernetes' dashboards and rules ask for. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RequestInfo } from '../contracts.js';
import { counter, histogram, type Labels } from './series.js';

/** A request that was answered; of a watch, that it was begun. */
export interface Answered {
  info: RequestInfo;
  code: number;
  milliseconds: number;
  dryRun: boolean;
  /** A server-side apply, which is no verb of its own in HTTP. */
  apply: boolean;
}

/** What is counted when somebody asks. */
export interface Counted {
  watchers(): number;
  /** 'deployments.apps' and how many there are. */
  objects(): Iterable<readonly [resource: string, count: number]>;
}

export interface Metrics {
  registry: Registry;
  answered(answered: Answered): void;
  /** An operation of the store, under the name that Kubernetes gives it whatever the store is. */
  stored(operation: string, type: string, milliseconds: number): void;
}

/** Kubernetes' own: its rules ask for some of these by their bounds. */
const buckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const storeBuckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 5, 10, 30, 60];

export function openMetrics(counted: Counted): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges under the names of counters, which promtool complains of; what they say is in others by type.
  for (const what of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${what}_total`);
  const requests = counter(registry, {
    name: 'apiserver_request_total',
    help: 'Requests, by verb, resource and the code of the answer',
  });
  const durations = histogram(
    registry,
    {
      name: 'apiserver_request_duration_seconds',
      help: 'How long requests took to be answered (watches: to be begun), in seconds',
    },
    buckets,
  );
  const store = histogram(
    registry,
    {
      name: 'etcd_request_duration_seconds',
      help: 'How long the store took, whichever it is, by operation and the first folder of the key, in seconds',
    },
    storeBuckets,
  );
  gauges(registry, counted);
  return {
    registry,
    answered(answered) {
      const { code, milliseconds } = answered;
      const key = keyOf(answered);
      const labels = (): Labels => labelsOf(answered);
      requests(`${code} ${key}`, () => ({ ...labels(), code }));
      durations(key, labels, milliseconds / 1000);
    },
    stored: (operation, type, milliseconds) =>
      store(`${operation} ${type}`, () => ({ operation, type }), milliseconds / 1000),
  };
}

function gauges(registry: Registry, { watchers, objects }: Counted): void {
  new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches that are open now',
    labelNames: ['verb', 'component'] as const,
    registers: [registry],
    collect() {
      this.set({ verb: 'WATCH', component: 'apiserver' }, watchers());
    },
  });
  new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Stored objects, by resource',
    labelNames: ['resource'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [resource, count] of objects()) this.set({ resource }, count);
    },
  });
}

const verbs: Record<string, string> = { create: 'POST', update: 'PUT', deletecollection: 'DELETECOLLECTION' };

/** All that the labels say. */
function keyOf({ info, dryRun, apply }: Answered): string {
  const { verb, group, version, resource, subresource } = info;
  const how = `${apply ? 'APPLY' : verb}${dryRun ? ' dry' : ''}`;
  return `${how} ${group}/${version}/${resource}/${subresource} ${scopeOf(info)}`;
}

/** Kubernetes counts by HTTP's methods, of which reads are told apart. */
function labelsOf({ info, dryRun, apply }: Answered): Labels {
  const { verb, group, version, resource, subresource } = info;
  return {
    verb: apply ? 'APPLY' : (verbs[verb] ?? verb.toUpperCase()),
    dry_run: dryRun ? 'All' : '',
    ...{ group, version, resource, subresource },
    scope: scopeOf(info),
    component: 'apiserver',
  };
}

/** Of one object, of a namespace, or of them all. */
function scopeOf({ name, namespace }: RequestInfo): string {
  if (name !== '') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}
