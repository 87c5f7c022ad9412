/** A script as a user writes it (YAML or JSON): what it does not say is the default's; what it says wrongly is refused by name. Pure. */
import { isObject, type JsonObject } from '../../api/json.js';
import { parse, toNumber, tryParse } from '../../api/quantity.js';
import { defaultScript, type HollowScript, type Outage, parseDuration, type Range } from './script.js';

/** Says which field, and what it should be. */
export class ScriptError extends Error {}

type Reader = (value: unknown) => unknown;

const refuse = (what: string): never => {
  throw new ScriptError(what);
};

const text: Reader = value => (typeof value === 'string' && value !== '' ? value : refuse('a text'));
const count =
  (least: number, most: number): Reader =>
  value =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? value
      : refuse(`a whole number from ${least} to ${most}`);
const share: Reader = value =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : refuse('a number from 0 to 1');
const duration = (value: unknown): number =>
  (typeof value === 'string' ? parseDuration(value) : undefined) ?? refuse("a duration like '500ms', '2s' or '1m'");
const range = (value: unknown): Range => {
  if (!Array.isArray(value)) return [duration(value), duration(value)];
  const [least, most] = value.map(duration);
  return value.length === 2 && least !== undefined && most !== undefined && least <= most
    ? [least, most]
    : refuse("a duration, or two, as in ['1s', '3s']");
};
const prefix: Reader = value =>
  typeof value === 'string' && /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(value)
    ? value
    : refuse('a name in lower case');
const memory: Reader = value =>
  typeof value === 'string' && tryParse(value) ? toNumber(parse(value)) : refuse("a quantity like '64Gi'");

const outage = (value: unknown): Outage => {
  const { node, after, for: long } = isObject(value) ? value : {};
  return { node: text(node) as string, afterMs: duration(after), forMs: duration(long) };
};
const outages: Reader = value => (Array.isArray(value) ? value.map(outage) : refuse('a list of {node, after, for}'));

/** The word in the file, the field of the script, and how it is read. */
const fields: Record<string, [keyof HollowScript, Reader]> = {
  seed: ['seed', text],
  prefix: ['prefix', prefix],
  cpus: ['cpus', count(1, 100_000)],
  memory: ['memoryBytes', memory],
  pods: ['pods', count(1, 100_000)],
  zones: ['zones', count(0, 1000)],
  heartbeat: ['heartbeatMs', duration],
  start: ['start', range],
  ready: ['ready', range],
  stop: ['stop', range],
  restart: ['restart', range],
  run: ['run', range],
  failing: ['failing', share],
  outages: ['outages', outages],
};

/** Throws a ScriptError. */
export function readScript(value: unknown): HollowScript {
  if (value === undefined || value === null) return defaultScript;
  if (!isObject(value))
    throw new ScriptError(`a script is an object: its fields are ${Object.keys(fields).join(', ')}`);
  const said = Object.entries(value as JsonObject).map(([name, given]) => {
    const [field, read] = fields[name] ?? [];
    if (!field || !read)
      throw new ScriptError(`there is no field "${name}": there are ${Object.keys(fields).join(', ')}`);
    try {
      return [field, read(given)];
    } catch (error) {
      throw new ScriptError(`${name} should be ${(error as Error).message}`);
    }
  });
  return { ...defaultScript, ...Object.fromEntries(said) };
}
