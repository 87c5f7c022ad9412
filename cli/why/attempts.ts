/** The attempts to find a node for a pod, as its events tell them. Pure. */
import { humanDuration } from '../../api/duration.js';
import type { Event } from '../../api/types.js';
import { attemptOf, type FailedAttempt } from '../../scheduler/failed-attempt.js';
import { lastSeen, seenText } from '../output/events.js';

export interface ToldAttempt {
  message: string;
  at: number;
  /** '5s (x3 over 2m)' */
  seen: string;
  /** Only of our own scheduler. */
  record: FailedAttempt | undefined;
}

/** The latest first. */
export const attemptsOf = (events: readonly Event[], now: number): ToldAttempt[] =>
  events
    .filter(({ reason }) => reason === 'FailedScheduling')
    .map(event => ({
      message: (event.message ?? '').trim(),
      at: lastSeen(event),
      seen: seenText(event, now),
      record: attemptOf(event),
    }))
    .sort((a, b) => b.at - a.at);

/** Node, predicate and reason in cells: a row for each predicate that refused a node. */
export function refusalRows({ refusals, others }: FailedAttempt): string[][] {
  const rows = refusals.flatMap(({ nodes, by }) => nodes.flatMap(node => saying(node, by)));
  const more = others.flatMap(({ nodes, by }) => saying(`(${nodes} ${rows.length > 0 ? 'more' : 'in all'})`, by));
  return [...rows.sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)), ...more];
}

const saying = (node: string, by: Record<string, readonly string[]>): string[][] =>
  Object.entries(by).flatMap(([predicate, reasons]) => reasons.map(reason => [node, predicate, reason]));

/** 'attempt 4, 5s ago, of 3 nodes' */
export const attemptTitle = ({ attempt, at, nodes }: FailedAttempt, now: number): string =>
  `attempt ${attempt}, ${humanDuration(now - Date.parse(at))} ago, of ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
