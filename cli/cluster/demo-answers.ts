/** Asking a service whose pods answer with their names, and counting who answered. */
import { get as httpGet } from 'node:http';
import type { Clock } from '../../api/clock.js';
import { Failure } from '../failure.js';

/** The body of the answer; undefined when nobody answered this time. */
export type Ask = (url: string) => Promise<string | undefined>;

/** Each time on a connection of its own: it is connections that a service balances. */
export const askOverHttp: Ask = url =>
  new Promise(resolve => {
    const request = httpGet(url, { agent: false, timeout: 2000 }, response => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(body.trim()));
      response.on('error', () => resolve(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });

/** Asks until each of `names` has answered. Throws a Failure with the silent ones when that takes longer than `patienceMs`. */
export async function untilAllAnswer(
  url: string,
  names: readonly string[],
  ask: Ask,
  clock: Clock,
  patienceMs = 30_000,
): Promise<void> {
  const silent = new Set(names);
  const deadline = clock.now() + patienceMs;
  while (silent.size > 0) {
    if (clock.now() > deadline)
      throw new Failure(
        `${url} was not answered by ${[...silent].join(', ')}: './orrery status' says whether all is well.`,
      );
    const answer = await ask(url);
    if (answer !== undefined) silent.delete(answer);
    else await clock.sleep(50);
  }
}

/** How many of so many answers came from whom, by name. */
export async function shares(url: string, times: number, ask: Ask): Promise<[name: string, count: number][]> {
  const counts = new Map<string, number>();
  for (let asked = 0; asked < times; asked += 1) {
    const name = (await ask(url)) ?? 'nobody';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort();
}
