/** Fields of a configuration file, read one by one. Pure. */
export class ConfigError extends Error {}

/** An absent list is empty. Throws ConfigError. */
export function list(value: unknown, path: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ConfigError(`${path} should be a list`);
  return value;
}

export function text(value: unknown, path: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw new ConfigError(`${path} should be a text`);
  return value;
}

export function number(value: unknown, path: string, least: number, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most)
    throw new ConfigError(`${path} should be a whole number from ${least} to ${most}`);
  return Number(value);
}

export function oneOf<T extends string>(value: unknown, path: string, words: readonly T[]): T {
  if (!words.includes(value as T)) throw new ConfigError(`${path} should be one of ${words.join(', ')}`);
  return value as T;
}
