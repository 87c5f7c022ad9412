/** What an API server does beside answering: by the clock, at the port it has in common with others, and for the objects of the system. */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { keepCompacting } from '../storage/compaction.js';
import type { Store } from '../storage/store.js';
import { keepSystemObjects } from './bootstrap/index.js';
import type { Advertised } from './bootstrap/objects.js';
import { keepCommonPort } from './http/common-port.js';
import type { ApiHttpServer } from './http/server.js';
import type { PeerEndpoints } from './peers/reconcile.js';
import type { Environment } from './registry/call.js';
import type { ServiceRepair } from './registry/services/repair.js';

const tickMs = 1000;

interface Setting {
  clock: Clock;
  log: Logger;
}

/** What happens by the clock: bookmarks, timeouts, compaction. */
export function keepTime({ clock, log }: Setting, store: Store, ticking: { tick(): void }[]): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const keeping = (async (): Promise<void> => {
    for (;;) {
      await clock.sleep(tickMs, signal);
      if (signal.aborted) return;
      for (const part of ticking) part.tick();
    }
  })();
  const failed = (error: unknown): void => log.warn({ err: error }, 'the history of the store could not be compacted');
  const compacting = keepCompacting(store, { clock, signal, failed });
  return async () => {
    stopping.abort();
    await Promise.all([keeping, compacting]);
  };
}

/** A server that is not ready yet must not get what another would answer. */
export function serveInCommon(
  { clock, log, bindAddress }: Setting & { bindAddress: string },
  server: ApiHttpServer,
  port: number,
) {
  const stopping = new AbortController();
  const serving = keepCommonPort({
    listen: () => server.listenToo(port, bindAddress),
    got: () => log.info({ port }, 'this server has the common port'),
    failed: error => log.warn({ err: error, port }, 'the common port cannot be had'),
    clock,
    signal: stopping.signal,
  });
  return (): Promise<void> => {
    stopping.abort();
    return serving;
  };
}

interface Kept {
  env: Environment;
  advertised: Advertised;
  repair: ServiceRepair;
  peers: PeerEndpoints;
}

/** What the system needs is made again when somebody deletes it, and what has come apart is mended. */
export function keepUp({ clock, log }: Setting, { env, advertised, repair, peers }: Kept): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const failed = (error: unknown): void => log.warn({ err: error }, 'the objects of the system could not be written');
  const keeping = [
    keepSystemObjects(env, advertised, { clock, signal, failed }),
    repair.keep(clock, signal, failed),
    peers.keep(clock, signal, failed),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(keeping);
    await peers.leave().catch(failed);
  };
}
