/** The start that a cron job owes: the last one that its schedule has passed since it was last kept. Pure. */
import type { Schedule } from '../../api/cron.js';
import { nextDue } from './due.js';

export interface Owed {
  /** The most recent start that was not kept; undefined when none was missed. */
  at?: number;
  /** So many that something is wrong: a clock, or a loop that did not run for long. */
  isTooMany: boolean;
}

const many = 100;

/** The schedule is due at `since` or later and up to `now`. Throws an Error for a schedule that makes no sense. */
export function owedSince(schedule: Schedule, since: number, now: number, zone: string): Owed {
  const first = nextDue(schedule, since, zone);
  if (first === undefined || first > now) return { isTooMany: false };
  const second = nextDue(schedule, first, zone);
  if (second === undefined || second > now) return { at: first, isTooMany: false };
  const gap = second - first;
  const missed = Math.floor((now - first) / gap) + 1;
  // Years of missed minutes are jumped over: it is looked for backwards from now, in steps that double.
  let back = gap;
  const due = (from: number): number | undefined => nextDue(schedule, Math.max(from, first), zone);
  while (now - back > first && (due(now - back) ?? Number.POSITIVE_INFINITY) > now) back *= 2;
  let latest = first;
  for (let at = due(now - back); at !== undefined && at <= now; at = nextDue(schedule, at, zone)) latest = at;
  return { at: latest, isTooMany: missed > many };
}
