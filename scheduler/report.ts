/** What pods and users are told of an attempt: Kubernetes' events, and the pod's PodScheduled condition. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../api/clock.js';
import { StatusError } from '../api/status.js';
import type { Pod, PodCondition } from '../api/types.js';
import type { Client } from '../client/client.js';
import { pods } from '../client/resources.js';
import type { EventRecorder } from '../client/runtime/events.js';

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
  events: EventRecorder;
  clock: Clock;
  log: Logger;
}

export class Reporter {
  constructor(private readonly options: ReporterOptions) {}

  scheduled(pod: Pod, node: string): void {
    const { namespace, name } = pod.metadata;
    this.options.events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  failed(pod: Pod, message: string): void {
    this.options.events.event(pod, 'Warning', 'FailedScheduling', message);
  }

  async unschedulable(pod: Pod, message: string, cause: string): Promise<void> {
    const { client, clock, log } = this.options;
    this.failed(pod, message);
    const condition = unschedulableCondition(pod, message, clock.now());
    if (!condition) return;
    const { name = '', namespace = '' } = pod.metadata;
    try {
      const patch = { status: { conditions: [condition] } };
      await client.patch(pods, { namespace, name }, 'strategic', patch, { subresource: 'status', cause });
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'NotFound') return;
      log.warn({ pod: `${namespace}/${name}`, reason: (error as Error).message }, 'the pod condition was not written');
    }
  }
}
