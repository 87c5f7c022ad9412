/** Keeps the machine's routes to other nodes' pods as plan.ts says: after each change of a node, and when one was taken away. */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Node } from '../../api/types.js';
import type { Informer } from '../../client/informer/informer.js';
import { run } from '../apply/command.js';
import { changeOf, type Place, type Route, type Ways, waysTo } from './plan.js';

/** What `ip` answers; throws when it ends with an error. For tests in another network namespace. */
export type Ip = (...args: string[]) => Promise<string>;
const ip: Ip = (...args) => run('ip', args);

/** Marks the routes as ours among others; that to the services (service-route.ts) has another. */
const protocol = '97';
const lookMs = 10_000;

export interface RouteOptions {
  nodes: Informer<Node>;
  place: Place;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Runs until the signal aborts; never throws. The routes stay. */
export async function keepRoutes({ nodes, place, clock, log, signal }: RouteOptions): Promise<void> {
  const routes = new Routes(log);
  let wake = (): void => undefined;
  let wanted = '';
  await Promise.race([nodes.synced, nodes.stopped]);
  const stop = nodes.onChange(() => {
    // Nodes report their health all the time: only what changes the routes is work.
    if (JSON.stringify(waysTo(nodes.list(), place)) !== wanted) wake();
  });
  while (!signal.aborted) {
    const plan = waysTo(nodes.list(), place);
    wanted = JSON.stringify(plan);
    try {
      await routes.apply(plan);
    } catch (error) {
      log.warn({ reason: (error as Error).message }, "routes to other nodes' pods could not be set; trying again");
    }
    const changed = new AbortController();
    wake = () => changed.abort();
    await clock.sleep(lookMs, AbortSignal.any([signal, changed.signal]));
  }
  stop();
}

export class Routes {
  /** Whether a node's address is in a network of this machine; asked anew when the ways change. */
  #neighbours = new Map<string, boolean>();
  #asked = '';

  constructor(
    private readonly log: Logger,
    private readonly call: Ip = ip,
  ) {}

  async apply(ways: readonly Ways[]): Promise<void> {
    const asked = JSON.stringify(ways);
    if (asked !== this.#asked) this.#neighbours = new Map();
    this.#asked = asked;
    const wanted = (await Promise.all(ways.map(way => this.routeOf(way)))).filter(route => route !== undefined);
    const { add, remove } = changeOf(await this.standing(), wanted);
    for (const { range } of remove) await this.call('route', 'del', range, 'proto', protocol);
    for (const { range, via } of add) {
      await this.call('route', 'replace', range, 'via', via, 'proto', protocol);
      this.log.info({ range, via }, "a route to another node's pods");
    }
  }

  private async routeOf({ range, via }: Ways): Promise<Route | undefined> {
    for (const address of via) if (await this.isNeighbour(address)) return { range, via: address };
    return undefined;
  }

  private async standing(): Promise<Route[]> {
    const found = JSON.parse((await this.call('-j', '-4', 'route', 'show', 'proto', protocol)) || '[]');
    return (found as { dst: string; gateway?: string }[]).map(({ dst, gateway = '' }) => ({
      range: dst,
      via: gateway,
    }));
  }

  /** A node behind a router cannot be a gateway: packets for its pods go as the machine's other routes say. */
  private async isNeighbour(address: string): Promise<boolean> {
    const known = this.#neighbours.get(address);
    if (known !== undefined) return known;
    const answer = await this.call('-j', 'route', 'get', 'fibmatch', address).catch(() => '[]');
    const [way] = JSON.parse(answer) as { dst?: string; gateway?: string }[];
    // No way at all: one may come, and is asked for again.
    if (!way) return false;
    // Where everything goes may lead there, and says nothing of who is near.
    const is = way.gateway === undefined && way.dst !== 'default';
    this.#neighbours.set(address, is);
    if (!is) this.log.info({ node: address, way }, 'a node is not in a network of this machine');
    return is;
  }
}

/** Of all that was set here. What is not there is not missed. */
export async function removeRoutes(call: Ip = ip): Promise<void> {
  await call('route', 'flush', 'proto', protocol);
}
