/** So many events a second are taken from everybody, from a namespace, a user or about an object; the rest is refused (429). */
import { statusError } from '../../../api/status.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import { concerns } from '../request.js';

export const limitTypes = ['Server', 'Namespace', 'User', 'SourceAndObject'] as const;

export interface EventLimit {
  type: (typeof limitTypes)[number];
  /** Events a second. */
  qps: number;
  /** At most so many at once. */
  burst: number;
  /** Of so many namespaces, users or objects is known how many they had; those seen longest ago start anew. */
  cacheSize: number;
}

/** `now` in milliseconds. */
export function eventRateLimit(limits: readonly EventLimit[], now: () => number): AdmissionPlugin {
  const meters = limits.map(limit => new Meter(limit, now));
  return {
    name: 'EventRateLimit',
    handles: request =>
      (request.operation === 'CREATE' || request.operation === 'UPDATE') &&
      !request.dryRun &&
      (request.row.group === '' || request.row.group === 'events.k8s.io') &&
      concerns(request, 'events'),
    validate(request) {
      // Each is asked, so that each counts.
      const reached = meters.flatMap(meter => meter.refuses(request) ?? []);
      if (reached.length === 0) return;
      throw statusError('TooManyRequests', reached.join(', '), { retryAfterSeconds: 1 });
    },
  };
}

interface Bucket {
  tokens: number;
  at: number;
}

class Meter {
  /** Least lately used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: EventLimit,
    private readonly now: () => number,
  ) {}

  refuses(request: AdmissionRequest): string | undefined {
    const { type, qps, burst, cacheSize } = this.limit;
    const key = keyOf(type, request);
    const at = this.now();
    const { tokens, at: before } = this.#buckets.get(key) ?? { tokens: burst, at };
    const filled = Math.min(burst, tokens + ((at - before) / 1000) * qps);
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: filled >= 1 ? filled - 1 : filled, at });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > cacheSize && oldest !== undefined) this.#buckets.delete(oldest);
    return filled >= 1 ? undefined : `limit reached on type ${type} for key ${key}`;
  }
}

interface AnyEvent {
  source?: { component?: string; host?: string };
  involvedObject?: Record<string, string>;
  regarding?: Record<string, string>;
  deprecatedSource?: { component?: string; host?: string };
}

function keyOf(type: EventLimit['type'], { info, user, object }: AdmissionRequest): string {
  if (type === 'Server') return '';
  if (type === 'Namespace') return info.namespace;
  if (type === 'User') return user.name;
  const event = (object ?? {}) as AnyEvent;
  const { component = '', host = '' } = event.source ?? event.deprecatedSource ?? {};
  const about = event.involvedObject ?? event.regarding ?? {};
  const { kind = '', namespace = '', name = '', uid = '', apiVersion = '' } = about;
  return [component, host, kind, namespace, name, uid, apiVersion].join('');
}
