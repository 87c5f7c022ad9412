/** What `taint` is told, and what it makes of a node's taints: kubectl's grammar and messages. Pure. */
import type { Taint } from '../../api/types.js';
import { qualifiedName, validLabelValue } from '../../api/validation/strings.js';
import { Failure } from '../failure.js';

export interface TaintChanges {
  add: Taint[];
  /** Without an effect: all of the key. */
  remove: { key: string; effect?: string }[];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const isTaint = (word: string): boolean => /[=:]|-$/.test(word);

/** 'nodes n1 n2 a=b:NoSchedule c-': first what is meant, then what is to change. Throws a Failure. */
export function splitTaints(words: readonly string[]): { resources: string[]; taints: string[] } {
  const first = words.findIndex(isTaint);
  const at = first < 0 ? words.length : first;
  const late = words.slice(at).find(word => !isTaint(word));
  if (late !== undefined) throw new Failure(`all resources must be specified before taint changes: ${late}`);
  return { resources: words.slice(0, at), taints: words.slice(at) };
}

/** Throws a Failure for what is no taint, is said twice, or is both to come and to go. */
export function parseTaints(words: readonly string[]): TaintChanges {
  const add: Taint[] = [];
  const remove: TaintChanges['remove'] = [];
  for (const word of words) {
    if (word.endsWith('-')) {
      const { key, effect } = parseTaint(word.slice(0, -1));
      remove.push({ key, ...(effect === '' ? {} : { effect }) });
      continue;
    }
    const taint = parseTaint(word);
    if (taint.effect === '') throw new Failure(`invalid taint spec: ${word}`);
    if (add.some(one => matches(one, taint)))
      throw new Failure(
        `duplicated taints with the same key and effect: {${taint.key} ${taint.value ?? ''} ${taint.effect} <nil>}`,
      );
    add.push(taint);
  }
  const both = remove.filter(({ key, effect }) =>
    add.some(one => matches(one, { key, ...(effect ? { effect } : {}) })),
  );
  if (both.length > 0) {
    const said = both.map(({ key, effect = '' }) => `${key}=${effect}`).join(', ');
    throw new Failure(`can not both modify and remove the following taint(s) in the same command: ${said}`);
  }
  return { add, remove };
}

/** 'key=value:effect', 'key:effect' or 'key'. */
function parseTaint(text: string): Taint {
  const wrong = (...why: string[]): Failure => new Failure([`invalid taint spec: ${text}`, ...why].join(', '));
  const parts = text.split(':');
  if (parts.length > 2) throw wrong();
  const [head = '', effect] = parts;
  if (effect !== undefined && !effects.includes(effect))
    throw new Failure(`invalid taint effect: ${effect}, unsupported taint effect`);
  const pair = effect === undefined ? [head] : head.split('=');
  if (pair.length > 2) throw wrong();
  const [key = '', value] = pair;
  const wrongValue = value === undefined ? [] : validLabelValue(value);
  if (wrongValue.length > 0) throw wrong(wrongValue.join('; '));
  const wrongKey = qualifiedName(key);
  if (wrongKey.length > 0) throw wrong(wrongKey.join('; '));
  return { key, ...(value ? { value } : {}), effect: effect ?? '' };
}

const matches = (taint: Taint, { key, effect }: { key: string; effect?: string }): boolean =>
  taint.key === key && (effect === undefined || taint.effect === effect);

export interface Tainted {
  taints: Taint[];
  /** What kubectl calls it. */
  operation: 'tainted' | 'untainted' | 'modified';
}

/** Throws a Failure when a taint is there already and may not be overwritten, or one that is to go is not there. */
export function changeTaints(
  node: string,
  before: readonly Taint[],
  { add, remove }: TaintChanges,
  overwrite: boolean,
): Tainted {
  const there = add.filter(taint => before.some(one => matches(one, taint)));
  if (there.length > 0 && !overwrite) {
    const keys = there.map(({ key }) => key).join(',');
    throw new Failure(`node ${node} already has ${keys} taint(s) with same effect(s) and --overwrite is false`);
  }
  const kept = before.filter(taint => !add.some(one => matches(one, taint)));
  const all = [...add, ...kept];
  const missing = remove.filter(one => !all.some(taint => matches(taint, one)));
  if (missing.length > 0) {
    const said = missing.map(({ key, effect }) => `taint "${key}${effect ? `:${effect}` : ''}" not found`);
    throw new Failure(said.length > 1 ? `[${said.join(', ')}]` : (said[0] ?? ''));
  }
  const taints = all.filter(taint => !remove.some(one => matches(taint, one)));
  const added = all.length !== before.length;
  const operation = overwrite || (added && remove.length > 0) ? 'modified' : added ? 'tainted' : 'untainted';
  return { taints, operation };
}
