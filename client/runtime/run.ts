/** `runControllers`: the controllers of a process, on shared caches, until the signal ends them. */
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Client } from '../client.js';
import { ControllerCaches, SharedInformers } from './caches.js';
import type { Controller } from './controller.js';
import { EventRecorder } from './events.js';
import { ControllerLoop } from './loop.js';

export interface RunOptions {
  /** Lists and watches for all; writes for those that `clientFor` does not know better. */
  client: Client;
  /** Each controller's own identity, by its name. */
  clientFor?: (controller: string) => Client;
  controllers: readonly Controller[];
  clock: Clock;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}

/** Resolves once the signal has aborted and all has come to rest. Throws at once when two controllers have one name. */
export async function runControllers(options: RunOptions): Promise<void> {
  const { client, clientFor, clock, controllers, log, random, signal } = options;
  // Each informer and each controller listens to it: Node would take that for a leak.
  setMaxListeners(0, signal);
  const names = new Set(controllers.map(controller => controller.name));
  if (names.size !== controllers.length) throw new Error('two controllers have the same name');
  const shared = new SharedInformers({ client, clock, random, log, signal });
  const running = controllers.map(async controller => {
    const own = clientFor?.(controller.name) ?? client;
    const ownLog = log.child({ controller: controller.name });
    const events = new EventRecorder({ client: own, component: controller.name, clock, log: ownLog });
    const caches = new ControllerCaches(controller, shared);
    await new ControllerLoop({ controller, caches, client: own, events, clock, random, log: ownLog, signal }).run();
    await events.close();
  });
  await Promise.all(running);
  await shared.stopped();
}
