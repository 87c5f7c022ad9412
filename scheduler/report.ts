/** What pods and users are told of an attempt: Kubernetes' events, and the pod's status. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../api/clock.js';
import { StatusError } from '../api/status.js';
import type { Pod, PodCondition } from '../api/types.js';
import type { Client } from '../client/client.js';
import { pods } from '../client/resources.js';
import type { EventRecorder } from '../client/runtime/events.js';
import { attemptAnnotation, type FailedAttempt } from './failed-attempt.js';

/** Undefined when the pod says so already. */
export function unschedulableCondition(pod: Pod, message: string, now: number): PodCondition | undefined {
  const before = pod.status?.conditions?.find(condition => condition.type === 'PodScheduled');
  const same = before?.status === 'False' && before.reason === 'Unschedulable';
  if (same && before.message === message) return undefined;
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime:
      before?.status === 'False' && before.lastTransitionTime ? before.lastTransitionTime : timestamp(now),
  };
}

export interface ReporterOptions {
  client: Client;
  /** The recorder of a schedulerName: each reports under its own. */
  eventsOf: (schedulerName: string) => Pick<EventRecorder, 'event'>;
  clock: Clock;
  log: Logger;
}

export interface Failure {
  message: string;
  /** Absent when no node was asked. */
  attempt?: FailedAttempt;
  /** Where room is made for it; null takes an earlier nomination back. */
  nominatedNodeName?: string | null;
}

export class Reporter {
  constructor(private readonly options: ReporterOptions) {}

  scheduled(pod: Pod, node: string): void {
    const { namespace, name } = pod.metadata;
    this.#event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  failed(pod: Pod, message: string, attempt?: FailedAttempt): void {
    const annotations = attempt ? { annotations: { [attemptAnnotation]: JSON.stringify(attempt) } } : {};
    this.#event(pod, 'Warning', 'FailedScheduling', message, annotations);
  }

  async unschedulable(pod: Pod, { message, attempt, nominatedNodeName }: Failure, cause: string): Promise<void> {
    const { client, clock, log } = this.options;
    this.failed(pod, message, attempt);
    const condition = unschedulableCondition(pod, message, clock.now());
    const nominates = nominatedNodeName !== undefined && (pod.status?.nominatedNodeName ?? null) !== nominatedNodeName;
    if (!condition && !nominates) return;
    const { name = '', namespace = '' } = pod.metadata;
    const status = {
      ...(condition ? { conditions: [condition] } : {}),
      ...(nominates ? { nominatedNodeName } : {}),
    };
    try {
      await client.patch(pods, { namespace, name }, 'strategic', { status }, { subresource: 'status', cause });
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'NotFound') return;
      log.warn({ pod: `${namespace}/${name}`, reason: (error as Error).message }, 'the pod status was not written');
    }
  }

  #event(pod: Pod, ...event: [type: 'Normal' | 'Warning', reason: string, message: string, details?: object]): void {
    this.options.eventsOf(pod.spec?.schedulerName ?? '').event(pod, ...event);
  }
}
