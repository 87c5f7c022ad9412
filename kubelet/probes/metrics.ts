/** /metrics/probes: what has become of each probe so far, under the names of Kubernetes' kubelet. */
import { Counter, Histogram, Registry } from 'prom-client';
import type { Pod } from '../../api/types.js';
import { podName } from '../directories.js';
import type { ProbeResult } from './run.js';
import type { ProbeKind } from './state.js';

/** Of one container's probes. */
export interface ProbeMeter {
  tried(kind: ProbeKind, result: ProbeResult, ms: number): void;
  /** The container has ended: nobody asks after it any more. */
  ended(): void;
}

const kinds: Record<ProbeKind, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' };
const outcomes = ['successful', 'failed', 'unknown'] as const;
const outcomeOf = ({ success, errored }: ProbeResult): (typeof outcomes)[number] =>
  errored ? 'unknown' : success ? 'successful' : 'failed';

export class ProbeMetrics {
  readonly registry = new Registry();
  readonly #total = new Counter({
    name: 'prober_probe_total',
    help: 'Cumulative number of a liveness, readiness or startup probe for a container by result.',
    labelNames: ['probe_type', 'result', 'container', 'pod', 'namespace', 'pod_uid'],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: 'prober_probe_duration_seconds',
    help: 'Duration in seconds for a probe response.',
    labelNames: ['probe_type', 'container', 'pod', 'namespace'],
    registers: [this.registry],
  });

  of(pod: Pod, container: string): ProbeMeter {
    const { namespace, name, uid } = podName(pod);
    const timed = { container, pod: name, namespace };
    const counted = { ...timed, pod_uid: uid };
    return {
      tried: (kind, result, ms) => {
        this.#total.inc({ ...counted, probe_type: kinds[kind], result: outcomeOf(result) });
        this.#durations.observe({ ...timed, probe_type: kinds[kind] }, Math.max(0, ms) / 1000);
      },
      ended: () => {
        for (const probe_type of Object.values(kinds)) {
          for (const result of outcomes) this.#total.remove({ ...counted, probe_type, result });
          this.#durations.remove({ ...timed, probe_type });
        }
      },
    };
  }
}
