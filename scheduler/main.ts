/** Starts the scheduler: one of several leads, and it alone decides. */
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { connect, serverAnswers } from '../client/rest/index.js';
import { EventRecorder } from '../client/runtime/events.js';
import { runAsLeader } from '../client/runtime/leader.js';
import { defaultProfile } from './profiles/profile.js';
import { Scheduler } from './scheduler.js';

export interface StartSchedulerOptions {
  /** A path. */
  kubeconfig: string;
  /** Who leads, for the Lease: unlike any other process's. */
  identity: string;
  log: Logger;
  clock: Clock;
}

/** Throws KubeconfigError. A server that does not answer yet is waited for. */
export async function startScheduler(options: StartSchedulerOptions): Promise<{ stop(): Promise<void> }> {
  const { clock, log } = options;
  const client = connect(loadKubeconfig({ path: options.kubeconfig }), { userAgent: 'kube-scheduler', log, clock });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const running = run(client, options, stopping.signal).catch((error: unknown) => {
    log.fatal({ err: error }, 'the scheduler ended');
  });
  return {
    async stop() {
      stopping.abort();
      await running;
      await client.close();
    },
  };
}

async function run(
  client: Client,
  { clock, identity, log }: StartSchedulerOptions,
  signal: AbortSignal,
): Promise<void> {
  await serverAnswers(client, clock, signal);
  const profiles = [defaultProfile];
  const lease = { name: 'kube-scheduler', namespace: 'kube-system' };
  await runAsLeader({ client, lease, identity, clock, random: Math.random, log, signal }, async leading => {
    setMaxListeners(0, leading);
    const recorders = new Map<string, EventRecorder>(
      profiles.map(({ schedulerName: component }) => [component, new EventRecorder({ client, component, clock, log })]),
    );
    const [first] = recorders.values();
    const eventsOf = (name: string): EventRecorder => recorders.get(name) ?? (first as EventRecorder);
    await new Scheduler({ client, eventsOf, profiles, clock, random: Math.random, log, signal: leading }).run();
    await Promise.all([...recorders.values()].map(recorder => recorder.close()));
  });
}
