/** Writes ConfigMaps without a pause, through whatever happens to the cluster, and remembers which were acknowledged. */

import { systemClock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import { type Client, ConnectionError } from '../../client/client.js';
import { configMaps } from '../../client/resources.js';

const namespace = 'default';
const writers = 4;
/** Nobody answers for a moment: that moment should not be spent on asking. */
const pauseMs = 50;

export interface SteadyWriter {
  /** Resolves when so many more writes than now are acknowledged: each was begun after this call. */
  writes(count: number): Promise<void>;
  /** Ends it. Answers the names of all that were acknowledged. */
  stop(): Promise<string[]>;
}

export function writeSteadily(client: Client): SteadyWriter {
  const acknowledged: { name: string; begun: number }[] = [];
  const stopping = new AbortController();
  let begun = 0;

  async function write(): Promise<void> {
    while (!stopping.signal.aborted) {
      const number = begun++;
      const name = `write-${number}`;
      try {
        await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } });
        acknowledged.push({ name, begun: number });
      } catch (error) {
        // It may be there or not: it was not acknowledged, and the next has another name.
        if (!isOutage(error)) throw error;
        await systemClock.sleep(pauseMs);
      }
    }
  }

  const writing = Promise.all(Array.from({ length: writers }, write));
  return {
    async writes(count) {
      const from = begun;
      const enough = async (): Promise<void> => {
        const are = (): number => acknowledged.filter(one => one.begun >= from).length;
        while (are() < count && !stopping.signal.aborted) await systemClock.sleep(50);
      };
      // A failure that is none of an outage ends the wait.
      const ended = writing.then(() => Promise.reject(new Error('nothing is written any more')));
      await Promise.race([enough(), ended]);
    },
    async stop() {
      stopping.abort();
      await writing;
      return acknowledged.map(({ name }) => name);
    },
  };
}

const isOutage = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof StatusError && (error.code >= 500 || error.code === 429));
