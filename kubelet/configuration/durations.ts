/** Durations as a KubeletConfiguration has them: '30s', '1m30s'. Pure. */
import { ConfigError } from '../../api/config-fields.js';
import { nanosecondsOf } from '../../api/go-duration.js';

/** Throws a ConfigError for what is none, or less than none. */
export function millisecondsOf(written: unknown, path: string): number {
  const nanos = typeof written === 'string' ? nanosecondsOf(written) : undefined;
  if (nanos === undefined || nanos < 0n) throw new ConfigError(`${path} should be a duration such as 30s or 1m30s`);
  return Number(nanos / 1_000_000n);
}
