/** Durations as CEL has them. */
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { nanosecondsOf } from '../go-duration.js';

const second = 1_000_000_000n;

/** Undefined for what is no duration. */
export function parseDuration(text: string): Duration | undefined {
  const nanos = nanosecondsOf(text);
  return nanos === undefined ? undefined : new Duration(nanos / second, Number(nanos % second));
}
