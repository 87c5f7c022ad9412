/** Which requests are sent a second time. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

/** Sending these twice has the effect of sending them once: an update carries its resourceVersion. */
const idempotent = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** How often a request that the server asks to send later is sent again. */
export const maxRetries = 5;
const longestWaitSeconds = 30;

/** Milliseconds to wait before the same request is sent again; undefined when its answer stands. */
export function retryAfterMs(
  method: string,
  status: number,
  headers: IncomingHttpHeaders,
  retries: number,
): number | undefined {
  if ((status !== 429 && status !== 503) || !idempotent.has(method) || retries >= maxRetries) return undefined;
  const said = headers['retry-after'];
  if (said === undefined || !/^\d+$/.test(said)) return undefined;
  return Math.min(Number(said), longestWaitSeconds) * 1000;
}

/**
 * A connection that was kept alive may be closed by the server at the moment it is used again: nothing was answered,
 * and a fresh connection will do.
 */
export const isStaleConnection = (method: string, reusedSocket: boolean, code: string | undefined): boolean =>
  reusedSocket && idempotent.has(method) && (code === 'ECONNRESET' || code === 'EPIPE');
