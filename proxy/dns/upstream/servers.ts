/** Whom to ask for outside names: the servers of the node's resolv.conf, as it is now. */
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Clock } from '../../../api/clock.js';
import { parseResolvConf } from '../../../api/network/resolv-conf.js';
import type { Server } from './exchange.js';

const lookMs = 5000;
const port = 53;
const most = 3;

/** Addresses alone, each once, and none at which we are asked ourselves. */
export function upstreamServers(text: string, own: ReadonlySet<string>): Server[] {
  const named = parseResolvConf(text).servers.filter(address => isIP(address.split('%')[0] ?? '') !== 0);
  const addresses = [...new Set(named)].filter(address => !own.has(address));
  return addresses.slice(0, most).map(address => ({ address, port }));
}

/** A file that changes, as a laptop's does from one network to the next. What cannot be read names nobody. */
export class ResolvConf {
  #text = '';
  #stamp = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #own = '';
  #servers: Server[] = [];

  constructor(
    private readonly file: string,
    private readonly clock: Clock,
    /** At which we are asked. */
    private readonly own: () => readonly string[],
  ) {}

  /** The same list until something has changed. */
  servers(): readonly Server[] {
    const own = this.own();
    const isSame = !this.#look() && this.#own === own.join();
    if (isSame) return this.#servers;
    this.#own = own.join();
    this.#servers = upstreamServers(this.#text, new Set(own));
    return this.#servers;
  }

  /** True when the file is another. */
  #look(): boolean {
    const now = this.clock.now();
    if (now - this.#lookedAt < lookMs) return false;
    this.#lookedAt = now;
    const stat = statSync(this.file, { throwIfNoEntry: false });
    const stamp = stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    try {
      this.#text = readFileSync(this.file, 'utf8');
    } catch {
      this.#text = '';
    }
    return true;
  }
}
