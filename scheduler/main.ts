/** Starts the scheduler: one of several leads, and it alone decides. */
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { connect, serverAnswers } from '../client/rest/index.js';
import { runAsLeader } from '../client/runtime/leader.js';
import { withFormerVersions } from '../client/versions/former.js';
import { defaultConfig, readSchedulerConfig, type SchedulerConfig } from './profiles/read-config.js';
import { Scheduler } from './scheduler.js';
import { Voice } from './voice.js';

export interface StartSchedulerOptions {
  /** A path. */
  kubeconfig: string;
  /** The API server to work with, as `--master`: 'https://192.0.2.1:6444'. That of the kubeconfig unless said. */
  master?: string;
  /** Who leads, for the Lease: unlike any other process's. */
  identity: string;
  /** A KubeSchedulerConfiguration, parsed; Kubernetes' defaults unless said. */
  config?: unknown;
  log: Logger;
  clock: Clock;
}

/** Throws KubeconfigError, or ConfigError for a configuration that cannot be used. A server that does not answer yet is waited for. */
export async function startScheduler(options: StartSchedulerOptions): Promise<{ stop(): Promise<void> }> {
  const { clock, kubeconfig, log, master } = options;
  const config = options.config === undefined ? defaultConfig : readSchedulerConfig(options.config);
  const connection = loadKubeconfig({ path: kubeconfig, ...(master === undefined ? {} : { server: master }) });
  const client = withFormerVersions(connect(connection, { userAgent: 'kube-scheduler', log, clock }));
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const running = run(client, options, config, stopping.signal).catch((error: unknown) => {
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
  options: StartSchedulerOptions,
  { backoff, profiles }: SchedulerConfig,
  signal: AbortSignal,
): Promise<void> {
  const { clock, identity, log } = options;
  await serverAnswers(client, clock, signal);
  const lease = { name: 'kube-scheduler', namespace: 'kube-system' };
  await runAsLeader({ client, lease, identity, clock, random: Math.random, log, signal }, async leading => {
    setMaxListeners(0, leading);
    const voices = new Map(
      profiles.map(({ schedulerName }) => [schedulerName, new Voice(client, schedulerName, options)]),
    );
    const [first] = voices.values();
    const eventsOf = (name: string): Voice => voices.get(name) ?? (first as Voice);
    const random = Math.random;
    await new Scheduler({ client, eventsOf, profiles, backoff, clock, random, log, signal: leading }).run();
    await Promise.all([...voices.values()].map(voice => voice.close()));
  });
}
