/** /healthz, /livez and /readyz: "ok", or what is not, check by check with ?verbose. */
import type { Request, Response } from 'express';

export interface HealthCheck {
  name: string;
  /** Of readiness alone: what heals by waiting is no reason to restart. */
  readinessOnly?: boolean;
  /** Undefined when all is well; else what is wrong. */
  check(): Promise<string | undefined>;
}

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
    const results = await Promise.all(asked.map(async check => ({ name: check.name, wrong: await outcome(check) })));
    const failed = results.some(({ wrong }) => wrong !== undefined);
    if (!failed && request.query.verbose === undefined) return say(response, 200, 'ok');
    const lines = results.map(({ name, wrong }) =>
      wrong === undefined ? `[+]${name} ok` : `[-]${name} failed: ${wrong}`,
    );
    const verdict = `${endpoint} check ${failed ? 'failed' : 'passed'}`;
    say(response, failed ? 500 : 200, `${[...lines, verdict].join('\n')}\n`);
  };
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
