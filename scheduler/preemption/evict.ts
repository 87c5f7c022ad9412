/** Sends those away whose room another pod needs: each is told why, and then deleted. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Pod } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { pods } from '../../client/resources.js';
import type { EventRecorder } from '../../client/runtime/events.js';
import { schedulerNameOf } from '../eligible.js';
import type { PodInfo } from '../model/pod-info.js';

export interface EvictOptions {
  client: Client;
  eventsOf: (schedulerName: string) => Pick<EventRecorder, 'event'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Throws when one of them could not be deleted; those that are gone already do not count. */
export async function evict(
  preemptor: PodInfo,
  victims: readonly PodInfo[],
  node: string,
  cause: string,
  options: EvictOptions,
): Promise<void> {
  await Promise.all(victims.map(victim => evictOne(preemptor.pod, victim.pod, node, cause, options)));
}

async function evictOne(
  preemptor: Pod,
  victim: Pod,
  node: string,
  cause: string,
  options: EvictOptions,
): Promise<void> {
  const { client, clock, eventsOf, log, signal } = options;
  const { name = '', namespace = '', uid = '' } = victim.metadata;
  if (victim.metadata.deletionTimestamp !== undefined) return;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${schedulerNameOf(preemptor)}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: timestamp(clock.now()),
  };
  try {
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    await client.patch(pods, { namespace, name }, 'strategic', patch, { subresource: 'status', cause, signal });
    await client.delete(pods, { namespace, name }, { preconditions: { uid }, cause, signal });
  } catch (error) {
    if (error instanceof StatusError && (error.code === 404 || error.code === 409)) return;
    throw error;
  }
  log.info({ pod: `${namespace}/${name}`, node, cause }, 'preempted');
  eventsOf(schedulerNameOf(preemptor)).event(
    victim,
    'Normal',
    'Preempted',
    `Preempted by pod ${preemptor.metadata.uid} on node ${node}`,
  );
}
