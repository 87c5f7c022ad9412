/** How long a request may take: clients may say so (`?timeout=10s`), and no longer than the server lets any. */
import { nanosecondsOf } from '../../api/go-duration.js';
import { badRequest } from '../../api/status.js';

/** Kubernetes' --request-timeout. */
const longestMs = 60_000;

/** Throws BadRequest for a timeout that is none. */
export function timeoutOf(query: URLSearchParams): number {
  const said = query.get('timeout');
  if (!said) return longestMs;
  const nanos = nanosecondsOf(said);
  if (nanos === undefined) {
    throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(said)}`);
  }
  // Zero, and less, are no wish.
  const ms = Number(nanos) / 1e6;
  return ms > 0 ? Math.min(ms, longestMs) : longestMs;
}
