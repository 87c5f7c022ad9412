/** The query of GET /containerLogs: PodLogOptions as Kubernetes' API server passes them on. */
import type { LogStream } from './line.js';

export interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  /** Absent: from the beginning. */
  tailLines?: number;
  /** Lines before this moment (milliseconds since 1970) are left out. */
  since?: number;
  /** The answer ends after so many bytes, timestamps counted. */
  limitBytes?: number;
  /** Absent: both. */
  stream?: LogStream;
}

/** A query parameter of type bool as apimachinery reads it: present and empty is true. */
export const flag = (value: string | null): boolean =>
  value !== null && (value === '' || value === '1' || value.toLowerCase() === 'true');

/** The options, or a sentence that says what is wrong with the query. `now` in milliseconds. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions | string {
  const problems: string[] = [];
  const integer = (name: string, least: number): number | undefined => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least) return value;
    problems.push(`${name}: Invalid value: ${JSON.stringify(text)}: must be an integer, at least ${least}`);
    return undefined;
  };
  const tailLines = integer('tailLines', 0);
  const limitBytes = integer('limitBytes', 1);
  const sinceSeconds = integer('sinceSeconds', 1);
  const since = sinceOf(query.get('sinceTime'), sinceSeconds, now, problems);
  const stream = streamOf(query.get('stream'), problems);
  if (problems.length > 0) return problems.join('; ');
  return {
    follow: flag(query.get('follow')),
    previous: flag(query.get('previous')),
    timestamps: flag(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(since === undefined ? {} : { since }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(stream === undefined ? {} : { stream }),
  };
}

function sinceOf(
  sinceTime: string | null,
  sinceSeconds: number | undefined,
  now: number,
  problems: string[],
): number | undefined {
  if (!sinceTime) return sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
  if (sinceSeconds !== undefined) problems.push('at most one of `sinceTime` or `sinceSeconds` may be specified');
  const time = Date.parse(sinceTime);
  if (Number.isNaN(time)) problems.push(`sinceTime: Invalid value: ${JSON.stringify(sinceTime)}: must be RFC 3339`);
  return time;
}

function streamOf(value: string | null, problems: string[]): LogStream | undefined {
  switch (value) {
    case null:
    case '':
    case 'All':
      return undefined;
    case 'Stdout':
      return 'stdout';
    case 'Stderr':
      return 'stderr';
    default:
      problems.push(`stream: Unsupported value: ${JSON.stringify(value)}: supported values: "All", "Stderr", "Stdout"`);
      return undefined;
  }
}
