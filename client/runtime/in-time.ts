/** Work that waits for a server, which may hang: it is given up in time for another attempt. */
import type { Clock } from '../../api/clock.js';
import { ConnectionError } from '../client.js';

/** The work's signal aborts after `ms`, with a ConnectionError as its reason, or when `until` does. */
export async function inTime<T>(
  clock: Clock,
  ms: number,
  until: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new AbortController();
  const signals = until ? [until] : [];
  const watching = clock.sleep(ms, AbortSignal.any([...signals, over.signal])).then(() => {
    if (!until?.aborted && !over.signal.aborted) late.abort(new ConnectionError(`no answer within ${ms / 1000} s`));
  });
  try {
    return await work(AbortSignal.any([...signals, late.signal]));
  } finally {
    over.abort();
    await watching;
  }
}
