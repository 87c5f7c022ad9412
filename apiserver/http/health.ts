/** /healthz, /livez and /readyz: "ok", or what is not, check by check with ?verbose, and without those of ?exclude. */
import type { Request, Response } from 'express';

export interface HealthCheck {
  name: string;
  /** Of readiness alone: what heals by waiting is no reason to restart. */
  readinessOnly?: boolean;
  /** Undefined when all is well; else what is wrong. */
  check(): Promise<string | undefined>;
}

/** That it answers at all. */
export const pingCheck: HealthCheck = { name: 'ping', check: async () => undefined };

type Endpoint = 'healthz' | 'livez' | 'readyz';

export function health(
  endpoint: Endpoint,
  checks: readonly HealthCheck[],
): (request: Request, response: Response) => Promise<void> {
  const wanted = checks.filter(check => endpoint === 'readyz' || !check.readinessOnly);
  return async (request, response) => {
    const one = request.params.check;
    const asked = one === undefined ? wanted : wanted.filter(check => check.name === one);
    if (one !== undefined && asked.length === 0) return say(response, 404, '404 page not found\n');
    const excluded = new Set([request.query.exclude ?? []].flat().map(String));
    const results = await Promise.all(asked.map(async check => judged(check, excluded)));
    const failed = results.some(({ wrong }) => wrong);
    if (!failed && request.query.verbose === undefined) return say(response, 200, 'ok');
    const lines = results.map(({ line }) => line);
    const unknown = [...excluded].filter(name => !asked.some(check => check.name === name));
    if (unknown.length > 0) {
      const names = unknown.sort().map(name => JSON.stringify(name));
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(', ')}`);
    }
    const verdict = `${endpoint} check ${failed ? 'failed' : 'passed'}`;
    say(response, failed ? 500 : 200, `${[...lines, verdict].join('\n')}\n`);
  };
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

function say(response: Response, code: number, text: string): void {
  response.statusCode = code;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
  response.end(text);
}
