/** Which levels a namespace's labels ask for, and what a level has against a pod. */
import type { FieldError } from '../../../api/status.js';
import { invalidValue } from '../../../api/validation/errors.js';
import { baseline } from './baseline.js';
import type { Checked } from './pod.js';
import { overridden, restricted } from './restricted.js';
import type { Violation } from './wording.js';

export type Level = 'privileged' | 'baseline' | 'restricted';
export type Mode = 'enforce' | 'audit' | 'warn';

export interface Policy {
  level: Level;
  /** The minor version whose checks are made; absent: the latest. */
  minor?: number;
}

export type Policies = Record<Mode, Policy>;

export const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
export const modes: readonly Mode[] = ['enforce', 'audit', 'warn'];
const prefix = 'pod-security.kubernetes.io/';

type Labels = Readonly<Record<string, string>> | undefined;

const isLevel = (text: string): text is Level => (levels as readonly string[]).includes(text);
const versionOf = (text: string): RegExpExecArray | null => /^v1\.(0|[1-9][0-9]*)$/.exec(text);

/** A label that says no level means the strictest: who wrote it wanted something. */
function levelOf(labels: Labels, mode: Mode, usual: Policy): Level {
  const text = labels?.[`${prefix}${mode}`];
  if (text === undefined) return usual.level;
  if (isLevel(text)) return text;
  return mode === 'enforce' ? 'restricted' : 'privileged';
}

/** `defaults` hold where the labels say nothing. */
export function policiesOf(labels: Labels, defaults: Policies): Policies {
  const policy = (mode: Mode): Policy => {
    const usual = defaults[mode];
    const version = labels?.[`${prefix}${mode}-version`];
    const said = versionOf(version ?? '')?.[1];
    const minor = version === undefined ? usual.minor : said === undefined ? undefined : Number(said);
    return { level: levelOf(labels, mode, usual), ...(minor === undefined ? {} : { minor }) };
  };
  return { enforce: policy('enforce'), audit: policy('audit'), warn: policy('warn') };
}

/** What is wrong with the labels of a namespace. */
export function validateLabels(labels: Labels): FieldError[] {
  return modes.flatMap(mode => {
    const errors: FieldError[] = [];
    const [level, version] = [`${prefix}${mode}`, `${prefix}${mode}-version`];
    const [said, at] = [labels?.[level], labels?.[version]];
    if (said !== undefined && !isLevel(said)) {
      errors.push(invalidValue(`metadata.labels[${level}]`, said, `must be one of ${levels.join(', ')}`));
    }
    if (at !== undefined && at !== 'latest' && !versionOf(at)) {
      errors.push(invalidValue(`metadata.labels[${version}]`, at, 'must be "latest" or "v1.x"'));
    }
    return errors;
  });
}

/** 'restricted:latest', 'baseline:v1.24' */
export const policyText = ({ level, minor }: Policy): string =>
  `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;

/** Is the second stricter than the first, or the same level of another version? */
export const isStricter = (before: Policy, now: Policy): boolean => {
  const [from, to] = [levels.indexOf(before.level), levels.indexOf(now.level)];
  return to > from || (to === from && to > 0 && before.minor !== now.minor);
};

/** Everything that the level has against the pod, in Kubernetes' order. */
export function violationsOf(pod: Checked, { level, minor = Number.POSITIVE_INFINITY }: Policy): Violation[] {
  if (level === 'privileged') return [];
  const strict: typeof restricted = level === 'restricted' ? restricted : {};
  const isActive = (name: string | undefined): boolean => {
    const check = name === undefined ? undefined : strict[name];
    return check !== undefined && check.since <= minor;
  };
  const basic = Object.entries(baseline).filter(([name]) => !isActive(overridden[name]));
  return [...basic, ...Object.entries(strict)].flatMap(([, { since, check }]) =>
    since <= minor ? (check(pod) ?? []) : [],
  );
}
