/** The load generators: wrk for HTTP/1.1 (reads, for a time), h2load for writes (so many) and for HTTP/2. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Programs that are not installed, of those that the bench needs. */
export async function missingPrograms(): Promise<string[]> {
  const missing: string[] = [];
  for (const [program, pkg] of [
    ['wrk', 'wrk'],
    ['h2load', 'nghttp2-client'],
  ] as const) {
    await execute('sh', ['-c', `command -v ${program}`]).catch(() => missing.push(pkg));
  }
  return missing;
}

export interface Rate {
  /** Requests a second. */
  requests: number;
  /** How many there were. */
  count: number;
  /** Bytes read in all, heads included. */
  bytes: number;
}

export interface Reading {
  url: string;
  connections: number;
  seconds: number;
  token?: string;
  /** A lua file that makes the requests. */
  script?: string;
}

/** GETs for so long, over HTTP/1.1. Throws when any answer was no success. */
export async function wrk({ url, connections, seconds, token, script }: Reading): Promise<Rate> {
  const authorization = token ? ['-H', `Authorization: Bearer ${token}`] : [];
  const lua = script ? ['-s', script] : [];
  const load = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const { stdout } = await execute('wrk', [...load, ...authorization, ...lua, url]);
  if (/Non-2xx/.test(stdout)) throw new Error(`wrk ${url}: requests failed\n${stdout}`);
  return {
    requests: number(/Requests\/sec:\s+([\d.]+)/, stdout),
    count: number(/(\d+) requests in/, stdout),
    bytes: bytesIn(/requests in \S+, (\S+) read/, stdout),
  };
}

export interface Loading {
  url: string;
  connections: number;
  /** Streams at a time in each connection of HTTP/2. */
  streams?: number;
  /** So many requests. */
  count: number;
  token: string;
  /** A file to POST; a GET without it. */
  body?: string;
  http1?: boolean;
}

/** Kubernetes 1.20 answers 500 where a generated name is taken: one of thousands. */
const leastSuccess = 0.99;

/** So many requests. Throws when more than a few answers were no success. */
export async function h2load({ url, connections, streams = 1, count, token, body, http1 }: Loading): Promise<Rate> {
  const { stdout } = await execute('h2load', [
    ...(http1 ? ['--h1'] : []),
    `-n${count}`,
    `-c${connections}`,
    `-m${streams}`,
    ...['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json'],
    ...(body ? ['-d', body] : []),
    url,
  ]);
  const succeeded = number(/status codes: (\d+) 2xx/, stdout);
  if (succeeded < leastSuccess * count)
    throw new Error(`h2load ${url}: only ${succeeded} of ${count} succeeded\n${stdout}`);
  return { requests: number(/, ([\d.]+) req\/s/, stdout), count, bytes: number(/traffic: .*?\((\d+)\) total/, stdout) };
}

const number = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

const units: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

function bytesIn(pattern: RegExp, text: string): number {
  const [, value, unit] = /^([\d.]+)([KMG]?B)/.exec(pattern.exec(text)?.[1] ?? '') ?? [];
  return Number(value) * (units[unit ?? ''] ?? Number.NaN);
}
