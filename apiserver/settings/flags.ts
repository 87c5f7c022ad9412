/** Flags by the names that Kubernetes' API server gives them, as `--name=value`, `--name value` or, for switches, `--name`. */

/** What is wrong with a flag, and what would be right. */
export class FlagError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FlagError';
  }
}

/** Each name with all values that it was given, in order. Throws FlagError for a name that is not known. */
export function readFlags(args: readonly string[], known: readonly string[]): Flags {
  const values = new Map<string, string[]>();
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(args[i] as string) ?? [];
    if (name === undefined) throw new FlagError(`${JSON.stringify(args[i])} is no flag: flags look like --name=value`);
    if (!known.includes(name)) throw new FlagError(`the API server has no flag --${name}: it has ${list(known)}`);
    const next = args[i + 1];
    const separate = inline === undefined && next !== undefined && !next.startsWith('--');
    if (separate) i++;
    const value = inline ?? (separate ? (next as string) : 'true');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return new Flags(values);
}

const list = (names: readonly string[]): string => names.map(name => `--${name}`).join(', ');

/** The values of flags, as what they are meant to be. A flag that was not given is undefined. */
export class Flags {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  /** All values, each of which may be several with commas between. */
  list(name: string): string[] | undefined {
    return this.values
      .get(name)
      ?.flatMap(value => value.split(','))
      .filter(value => value !== '');
  }

  /** All values, whatever commas they hold. */
  all(name: string): readonly string[] | undefined {
    return this.values.get(name);
  }

  /** The last value counts, as in Kubernetes. */
  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  switch(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw new FlagError(`--${name} is true or false, and not ${JSON.stringify(value)}`);
  }

  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new FlagError(`--${name} is a number, and not ${JSON.stringify(value)}`);
  }

  /** Go's durations, '1h30m': in seconds. */
  seconds(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value);
    if (!parts || value === '')
      throw new FlagError(`--${name} is a duration as in 1h30m, and not ${JSON.stringify(value)}`);
    const [hours, minutes, seconds] = parts.slice(1).map(part => Number(part ?? 0)) as [number, number, number];
    return hours * 3600 + minutes * 60 + seconds;
  }

  /** 'key=value', several with commas or in several flags. */
  map(name: string): Record<string, string> | undefined {
    const pairs = this.list(name)?.map(pair => {
      const at = pair.indexOf('=');
      if (at < 1) throw new FlagError(`--${name} is key=value, and not ${JSON.stringify(pair)}`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    });
    return pairs && Object.fromEntries(pairs);
  }
}
