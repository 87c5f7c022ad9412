/** /healthz, /livez and /readyz: "ok", or what is not, check by check with ?verbose, and without those of ?exclude. */
import type { ServerResponse } from 'node:http';
import { notFoundText } from './not-found-page.js';

export interface HealthCheck {
  name: string;
  /** Of readiness alone: what heals by waiting is no reason to restart. */
  readinessOnly?: boolean;
  /** Undefined when all is well; else what is wrong. */
  check(): Promise<string | undefined>;
}

/** That it answers at all. */
export const pingCheck: HealthCheck = { name: 'ping', check: async () => undefined };

/** A check may have a slash in its name. */
const form = /^\/(healthz|livez|readyz)(?:\/(.+?))?\/?$/;

export interface Verdict {
  status: number;
  text: string;
}

/**
 * Answers where a path asks for health, and is undefined where it asks for something else. It needs nothing of what a
 * server loads to serve its other pages, so that a server can be asked from the moment it listens.
 */
export async function healthAt(target: string, checks: readonly HealthCheck[]): Promise<Verdict | undefined> {
  const [path = '', query = ''] = target.split('?', 2);
  const [, endpoint, one] = form.exec(path) ?? [];
  if (endpoint === undefined) return undefined;
  const wanted = checks.filter(check => endpoint === 'readyz' || !check.readinessOnly);
  const asked = one === undefined ? wanted : wanted.filter(check => check.name === one);
  if (one !== undefined && asked.length === 0) return { status: 404, text: notFoundText };
  return judgeAll(endpoint, asked, new URLSearchParams(query));
}

async function judgeAll(endpoint: string, asked: readonly HealthCheck[], query: URLSearchParams): Promise<Verdict> {
  const excluded = new Set(query.getAll('exclude'));
  const results = await Promise.all(asked.map(check => judged(check, excluded)));
  const failed = results.some(({ wrong }) => wrong);
  if (!failed && !query.has('verbose')) return { status: 200, text: 'ok' };
  const lines = results.map(({ line }) => line);
  const unknown = [...excluded].filter(name => !asked.some(check => check.name === name));
  if (unknown.length > 0) {
    const names = unknown.sort().map(name => JSON.stringify(name));
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(', ')}`);
  }
  const verdict = `${endpoint} check ${failed ? 'failed' : 'passed'}`;
  return { status: failed ? 500 : 200, text: `${[...lines, verdict].join('\n')}\n` };
}

async function judged(check: HealthCheck, excluded: ReadonlySet<string>): Promise<{ line: string; wrong: boolean }> {
  const { name } = check;
  if (excluded.has(name)) return { line: `[+]${name} excluded: ok`, wrong: false };
  const why = await outcome(check);
  return why === undefined
    ? { line: `[+]${name} ok`, wrong: false }
    : { line: `[-]${name} failed: ${why}`, wrong: true };
}

async function outcome(check: HealthCheck): Promise<string | undefined> {
  try {
    return await check.check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function sayHealth(
  response: Pick<ServerResponse, 'setHeader' | 'end' | 'statusCode'>,
  { status, text }: Verdict,
): void {
  response.statusCode = status;
  response.setHeader('cache-control', 'no-cache, private');
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
  response.end(text);
}
