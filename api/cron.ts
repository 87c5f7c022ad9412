/**
 * Is it a schedule? The grammar, and the words for what is wrong, are those of Kubernetes' cron parser
 * (github.com/robfig/cron, ParseStandard): five fields or a descriptor. When it is due is computed where it is needed.
 */

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

const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
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

/** 'a', 'a-b', '*' and each with '/step'. */
function checkRange(expression: string, field: Field): void {
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
}

function checkDescriptor(text: string): void {
  if (descriptors.includes(text)) return;
  const every = '@every ';
  if (!text.startsWith(every)) throw new CronError(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  if (goDuration.test(duration) || duration === '0') return;
  throw new CronError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`);
}

function check(schedule: string): void {
  if (schedule === '') throw new CronError('empty spec string');
  if (schedule.startsWith('@')) checkDescriptor(schedule);
  else checkFields(schedule);
}

function checkFields(schedule: string): void {
  const parts = schedule.trim().split(/\s+/).filter(Boolean);
  if (parts.length !== fields.length) {
    throw new CronError(`expected exactly ${fields.length} fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  parts.forEach((part, index) => {
    for (const expression of part.split(',').filter(Boolean)) checkRange(expression, fields[index] as Field);
  });
}

/** What is wrong with the schedule; undefined when nothing is. A leading 'TZ=' or 'CRON_TZ=' is passed over. */
export function scheduleComplaint(schedule: string): string | undefined {
  try {
    check(schedule.replace(/^(CRON_)?TZ=\S* */, ''));
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}
