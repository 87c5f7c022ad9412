/** When an event was last seen, and how that is told. Pure. */
import { humanDuration } from '../../api/duration.js';
import type { Event } from '../../api/types.js';

/** Milliseconds since 1970; 0 for an event without any time. */
export function lastSeen(event: Event): number {
  const time = event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event);
  return time ? Date.parse(time) : 0;
}

const firstSeen = (event: Event): string | undefined =>
  event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;

/** '5s'; '5s (x3 over 2m)' of what was seen more than once. */
export function seenText(event: Event, now: number): string {
  const count = event.series?.count ?? event.count ?? 1;
  const first = firstSeen(event);
  if (first === undefined) return '<unknown>';
  const since = humanDuration(now - Date.parse(first));
  return count > 1 ? `${humanDuration(now - lastSeen(event))} (x${count} over ${since})` : since;
}
