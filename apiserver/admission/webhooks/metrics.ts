/** What /metrics says of admission webhooks, under Kubernetes' names. */
import { Counter, Histogram, type Registry } from 'prom-client';

/** As Kubernetes calls those that change an object, and those that judge it. */
export type WebhookType = 'admit' | 'validating';

/** One webhook that was asked for one request. */
export interface Called {
  name: string;
  type: WebhookType;
  /** CREATE, UPDATE, DELETE, CONNECT */
  operation: string;
  milliseconds: number;
  /** 200, or the code with which it refuses; 0 when it gave no answer. */
  code: number;
  rejected: boolean;
  failure?: 'calling_webhook_error' | 'apiserver_internal_error';
}

export interface WebhookObserver {
  called(called: Called): void;
  /** It could not be asked, and the request goes on. */
  failedOpen(name: string, type: WebhookType): void;
}

/** Codes beyond are counted as this: there must not be a series for every number. */
const highestCode = 600;

export function webhookMetrics(registry: Registry): WebhookObserver {
  const registers = [registry];
  const about = ['name', 'type', 'operation'] as const;
  const durations = new Histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'How long admission webhooks took to answer, in seconds',
    labelNames: [...about, 'rejected'] as const,
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
    registers,
  });
  const requests = new Counter({
    name: 'apiserver_admission_webhook_request_total',
    help: 'Requests to admission webhooks, by the code of the answer',
    labelNames: [...about, 'code', 'rejected'] as const,
    registers,
  });
  const rejections = new Counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Requests that were refused for an admission webhook, by why',
    labelNames: [...about, 'error_type', 'rejection_code'] as const,
    registers,
  });
  const open = new Counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Requests that went on although an admission webhook could not be asked',
    labelNames: ['name', 'type'] as const,
    registers,
  });
  return {
    called({ name, type, operation, milliseconds, code: given, rejected, failure }) {
      const labels = { name, type, operation };
      const code = String(Math.min(given, highestCode));
      durations.observe({ ...labels, rejected: String(rejected) }, milliseconds / 1000);
      requests.inc({ ...labels, code, rejected: String(rejected) });
      if (rejected) {
        const why = failure
          ? { error_type: failure, rejection_code: '0' }
          : { error_type: 'no_error', rejection_code: code };
        rejections.inc({ ...labels, ...why });
      }
    },
    failedOpen: (name, type) => open.inc({ name, type }),
  };
}
