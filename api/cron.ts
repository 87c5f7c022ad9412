/**
 * Schedules of cron jobs. The grammar, and the words for what is wrong, are those of Kubernetes' cron parser
 * (github.com/robfig/cron, ParseStandard): five fields or a descriptor. When one is due: controllers/cronjob/due.ts.
 */

/** The times of a schedule: of a wall clock, or of a stopwatch. */
export type Schedule = WallClock | { kind: 'every'; seconds: number };

export interface WallClock {
  kind: 'wall clock';
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Any day of the month, or of the week, will do: then the other decides alone; else either is enough. */
  anyDay: boolean;
  anyWeekday: boolean;
}

interface Field {
  min: number;
  max: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Minute, hour, day of the month, month, day of the week. */
const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];

const descriptors: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
/** '1h30m', as Go writes durations. */
const goDuration = /^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/;

class CronError extends Error {}

function integer(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) {
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const value = Number(text);
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function integerOrName(text: string, { min, names }: Field): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index >= 0 ? index + min : integer(text);
}

interface Values {
  values: number[];
  any: boolean;
}

/** 'a', 'a-b', '*' and each with '/step'. */
function range(expression: string, field: Field): Values {
  const [range = '', step, ...slashes] = expression.split('/');
  const [low = '', high, ...hyphens] = range.split('-');
  const any = low === '*' || low === '?';
  const start = any ? field.min : integerOrName(low, field);
  if (!any && hyphens.length > 0) throw new CronError(`too many hyphens: ${expression}`);
  let end = any ? field.max : high === undefined ? start : integerOrName(high, field);
  if (slashes.length > 0) throw new CronError(`too many slashes: ${expression}`);
  const by = step === undefined ? 1 : integer(step);
  // 'N/step' is 'N-max/step'.
  if (step !== undefined && high === undefined) end = field.max;
  if (start < field.min) {
    throw new CronError(`beginning of range (${start}) below minimum (${field.min}): ${expression}`);
  }
  if (end > field.max) throw new CronError(`end of range (${end}) above maximum (${field.max}): ${expression}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (by === 0) throw new CronError(`step of range should be a positive number: ${expression}`);
  const values: number[] = [];
  for (let value = start; value <= end; value += by) values.push(value);
  return { values, any: any && by === 1 };
}

/** Longest first, so that 'ms' is not read as minutes. */
const units: [string, number][] = [
  ['ns', 1e-9],
  ['us', 1e-6],
  ['µs', 1e-6],
  ['μs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
];

function secondsOf(duration: string): number {
  const sign = duration.startsWith('-') ? -1 : 1;
  const parts = [...duration.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)];
  const unit = (name = ''): number => units.find(([known]) => known === name)?.[1] ?? 0;
  return sign * parts.reduce((sum, [, value, name]) => sum + Number(value) * unit(name), 0);
}

function parseDescriptor(text: string): Schedule {
  const fields = descriptors[text];
  if (fields !== undefined) return parseFields(fields);
  const every = '@every ';
  if (!text.startsWith(every)) throw new CronError(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  // Whole seconds, and at least one.
  if (goDuration.test(duration) || duration === '0') {
    return { kind: 'every', seconds: Math.max(1, Math.floor(secondsOf(duration))) };
  }
  throw new CronError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`);
}

function parseFields(schedule: string): Schedule {
  const parts = schedule.trim().split(/\s+/).filter(Boolean);
  if (parts.length !== fields.length) {
    throw new CronError(`expected exactly ${fields.length} fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  const parse = (index: number): { values: ReadonlySet<number>; any: boolean } => {
    const ranges = (parts[index] ?? '').split(',').filter(Boolean);
    const all = ranges.map(expression => range(expression, fields[index] as Field));
    return { values: new Set(all.flatMap(one => one.values)), any: all.some(one => one.any) };
  };
  const [minutes, hours, days, months, weekdays] = [parse(0), parse(1), parse(2), parse(3), parse(4)] as const;
  return {
    kind: 'wall clock',
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    anyDay: days.any,
    anyWeekday: weekdays.any,
  };
}

const zonePrefix = /^(?:CRON_)?TZ=(\S*) */;

/** Throws an Error that says what is wrong. The zone is that of a leading 'TZ=' or 'CRON_TZ='. */
export function parseSchedule(text: string): { schedule: Schedule; zone: string | undefined } {
  const plain = text.replace(zonePrefix, '');
  if (plain === '') throw new CronError('empty spec string');
  const schedule = plain.startsWith('@') ? parseDescriptor(plain) : parseFields(plain);
  return { schedule, zone: zonePrefix.exec(text)?.[1] };
}

/** What is wrong with the schedule; undefined when nothing is. */
export function scheduleComplaint(schedule: string): string | undefined {
  try {
    parseSchedule(schedule);
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}
