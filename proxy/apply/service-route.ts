/**
 * The node's own way to services. A packet of the node itself needs a route before the rules can turn it to a pod, and a
 * machine without a default route has none to the services' range. Pods need none: their packets are turned on arrival.
 */
import { run } from './command.js';

export interface ServiceRoute {
  /** The services' range: '10.96.0.0/16'. */
  cidr: string;
  /** The node's address, under which it asks. */
  source: string;
}

/** What an interface of `ip` answers; throws when it ends with an error. For tests in another network namespace. */
export type Ip = (...args: string[]) => Promise<string>;

const ip: Ip = (...args) => run('ip', args);

/** Marks the route as ours among others; none of the numbers that routing daemons have. */
const protocol = '96';

/** Where no route covers the range, one to nowhere: no packet gets there, all that is asked of it is to be there. */
export async function ensureServiceRoute({ cidr, source }: ServiceRoute, call = ip): Promise<void> {
  if (await isCovered(cidr, call)) return;
  await call('route', 'replace', cidr, 'dev', 'lo', 'src', source, 'proto', protocol);
}

/** What is not there is not missed. */
export async function removeServiceRoute(call = ip): Promise<void> {
  await call('route', 'flush', 'proto', protocol);
}

async function isCovered(cidr: string, call: Ip): Promise<boolean> {
  try {
    await call('route', 'get', cidr.split('/')[0] ?? cidr);
    return true;
  } catch {
    return false;
  }
}
