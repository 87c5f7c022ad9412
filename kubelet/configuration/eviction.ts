/** Eviction thresholds as Kubernetes writes them: '100Mi', '10%', and a grace for each soft one. Pure. */
import { ConfigError } from '../../api/config-fields.js';
import { isObject } from '../../api/json.js';
import { toNumber, tryParse } from '../../api/quantity.js';
import { type Least, type Signal, type Thresholds, usualThresholds } from '../eviction/thresholds.js';
import { millisecondsOf } from './durations.js';

export type Amounts = Readonly<Record<string, string>>;

export interface WrittenThresholds {
  evictionHard: Amounts;
  evictionSoft: Amounts;
  evictionSoftGracePeriod: Amounts;
  evictionMinimumReclaim: Amounts;
}

export const usualHard: Amounts = {
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
  'pid.available': '5%',
};
const signals = new Set<string>(usualThresholds.map(({ signal }) => signal));

const isSignal = (text: string): text is Signal => signals.has(text);

/** Throws a ConfigError. */
export function thresholdsOf(written: WrittenThresholds): Thresholds {
  const {
    evictionHard: hard,
    evictionSoft: soft,
    evictionSoftGracePeriod: graces,
    evictionMinimumReclaim: more,
  } = written;
  const reclaims = new Map(entries(more, 'evictionMinimumReclaim').map(({ signal, least }) => [signal, least]));
  const withReclaim = ({ signal, least }: Entry) => {
    const reclaim = reclaims.get(signal);
    return { signal, least, ...(reclaim ? { reclaim } : {}) };
  };
  return [
    ...entries(hard, 'evictionHard').map(withReclaim),
    ...entries(soft, 'evictionSoft').map(entry => ({ ...withReclaim(entry), graceMs: graceOf(entry.signal, graces) })),
  ];
}

interface Entry {
  signal: Signal;
  least: Least;
}

function entries(written: Amounts, path: string): Entry[] {
  return Object.entries(written).flatMap(([signal, text]) => {
    if (!isSignal(signal)) throw new ConfigError(`${path}: unsupported eviction signal ${signal}`);
    const least = leastOf(text, `${path}: ${signal}`);
    return least ? [{ signal, least }] : [];
  });
}

/** Undefined for what says that there is no threshold. */
function leastOf(text: string, path: string): Least | undefined {
  // Kubernetes' ways to write that one of them is not wanted.
  if (text === '0%' || text === '100%') return undefined;
  if (text.endsWith('%')) {
    const part = Number(text.slice(0, -1)) / 100;
    if (!(part > 0 && part < 1))
      throw new ConfigError(`${path}: eviction percentage threshold ${text} must be from 0% to 100%`);
    return { part };
  }
  const quantity = tryParse(text);
  if (!quantity) throw new ConfigError(`${path} should be a quantity such as 100Mi, or a percentage`);
  if (quantity.nanos <= 0n) throw new ConfigError(`${path}: eviction threshold ${text} must be positive`);
  return { amount: toNumber(quantity) };
}

function graceOf(signal: Signal, graces: Amounts): number {
  const written = graces[signal];
  if (written === undefined)
    throw new ConfigError(`grace period must be specified for the soft eviction threshold ${signal}`);
  const ms = millisecondsOf(written, `evictionSoftGracePeriod: ${signal}`);
  if (ms <= 0) throw new ConfigError(`invalid eviction grace period specified: ${written}, must be a positive value`);
  return ms;
}

/** A map of texts. */
export function readAmounts(value: unknown, path: string): Amounts {
  if (!isObject(value)) throw new ConfigError(`${path} should be an object`);
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') throw new ConfigError(`${path}: ${key} should be a text`);
  return value as Amounts;
}
