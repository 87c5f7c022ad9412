/**
 * When a schedule is due next: at the first whole minute whose wall clock, in the schedule's zone, says what it says.
 * So an hour that is left out in spring is left out, and one that comes twice in autumn counts twice, as Kubernetes'
 * own parser has it. (node-cron only counts from now on, in a task that runs: it cannot tell of a time that was missed.)
 */
import type { Schedule, WallClock } from '../../api/cron.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A schedule that is not due for so many years ('0 0 30 2 *') never is. */
const mostYears = 5;

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number;
}

/** After `after`, in milliseconds since 1970; undefined when it is never due. Throws RangeError for an unknown zone. */
export function nextDue(schedule: Schedule, after: number, zone: string): number | undefined {
  if (schedule.kind === 'every') return Math.floor(after / 1000) * 1000 + schedule.seconds * 1000;
  const clock = wallClock(zone);
  const until = new Date(after).getUTCFullYear() + mostYears;
  let at = Math.floor(after / minuteMs) * minuteMs + minuteMs;
  for (;;) {
    const wall = clock(at);
    if (wall.year > until) return undefined;
    if (!isDay(schedule, wall)) at = nextMidnight(at, wall, clock);
    else if (!schedule.hours.has(wall.hour)) at += (60 - wall.minute) * minuteMs;
    else if (!schedule.minutes.has(wall.minute)) at += minuteMs;
    else return at;
  }
}

function isDay(schedule: WallClock, { month, day, weekday }: Wall): boolean {
  if (!schedule.months.has(month)) return false;
  const [isOfMonth, isOfWeek] = [schedule.days.has(day), schedule.weekdays.has(weekday)];
  return schedule.anyDay || schedule.anyWeekday ? isOfMonth && isOfWeek : isOfMonth || isOfWeek;
}

/** The first instant of the next day, which may have 23 or 25 hours before it, and may not begin at midnight. */
function nextMidnight(at: number, { hour, minute, day }: Wall, clock: (at: number) => Wall): number {
  const guess = at + (24 - hour) * hourMs - minute * minuteMs;
  const there = clock(guess);
  // Still the day before: an hour came twice.
  if (there.day === day) return guess + (24 - there.hour) * hourMs - there.minute * minuteMs;
  const back = guess - there.hour * hourMs - there.minute * minuteMs;
  return clock(back).day === there.day ? back : guess;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const clocks = new Map<string, (at: number) => Wall>();

function wallClock(zone: string): (at: number) => Wall {
  const known = clocks.get(zone);
  if (known) return known;
  const made = zone === 'UTC' ? utc : clockOf(zone);
  clocks.set(zone, made);
  return made;
}

function utc(at: number): Wall {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay(),
  };
}

function clockOf(timeZone: string): (at: number) => Wall {
  const numeric = 'numeric' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    weekday: 'short',
  });
  return at => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (name: string): number => Number(parts[name]);
    return {
      year: number('year'),
      month: number('month'),
      day: number('day'),
      hour: number('hour'),
      minute: number('minute'),
      weekday: weekdays.indexOf(parts.weekday ?? ''),
    };
  };
}
