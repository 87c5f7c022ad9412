/**
 * The cluster's DNS, a part of each node's proxy: it knows all Services and EndpointSlices anyhow. It listens at an address
 * that only this node has, and the rules of the proxy lead the DNS service's address there (model/from-api.ts).
 */
import { randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { parseCidr } from '../../api/network/cidr.js';
import type { EndpointSlice, Service } from '../../api/types.js';
import type { Informer } from '../../client/informer/informer.js';
import { ensureOwnAddress, ownAddress } from './own-address.js';
import { Responder } from './responder.js';
import { type Listening, listen } from './server.js';
import { exchange } from './upstream/exchange.js';
import { Forwarder } from './upstream/forwarder.js';
import { ResolvConf } from './upstream/servers.js';
import { ClusterNames } from './zone/names.js';

/** Not 53, which a server of the machine may have taken on all its addresses. */
const port = 10_053;
const retryMs = 5000;
const idRange = 0x10000;

export interface DnsOptions {
  /** The path of the resolv.conf that names the servers for all that is not the cluster's. */
  resolvConf: string;
  /** 'cluster.local' unless given. */
  domain?: string;
  /** Where services are: whose names nobody else knows. */
  serviceCidr: string;
}

interface Surrounded extends DnsOptions {
  clusterCidr: string;
  services: Informer<Service>;
  slices: Informer<EndpointSlice>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface Dns {
  /** Resolves once it listens, or could not at first; never rejects. */
  tried: Promise<void>;
  /** Where it listens; undefined while it does not. */
  at(): { ip: string; port: number } | undefined;
  /** Called when it listens after all. */
  onListening(listener: () => void): void;
  stopped: Promise<void>;
}

/** Listens until the signal aborts. What keeps it from listening is said and tried again. */
export function startDns(options: Surrounded): Dns {
  const { log, clock, signal } = options;
  const responder = responderOf(options);
  let listening: Listening | undefined;
  let told = (): void => undefined;
  let markTried = (): void => undefined;
  const tried = new Promise<void>(resolve => {
    markTried = resolve;
  });
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await ensureOwnAddress();
        const respond = responder.respond.bind(responder);
        listening = await listen({ address: ownAddress, port, respond, log });
        markTried();
        told();
        await aborted(signal);
        await listening.close();
      } catch (error) {
        log.error(
          { address: ownAddress, port, reason: (error as Error).message },
          "the cluster's DNS cannot listen; trying again",
        );
        markTried();
        await clock.sleep(retryMs, signal);
      }
    }
  };
  return {
    tried,
    at: () => listening && { ip: ownAddress, port: listening.port },
    onListening(listener) {
      told = listener;
    },
    stopped: keep(),
  };
}

function responderOf({ services, slices, domain = 'cluster.local', clusterCidr, serviceCidr, ...options }: Surrounded) {
  const { clock, log, resolvConf } = options;
  const dnsService = (): string[] =>
    services.get({ namespace: 'kube-system', name: 'kube-dns' })?.spec?.clusterIPs ?? [];
  const servers = new ResolvConf(resolvConf, clock, () => [ownAddress, ...dnsService()]);
  const forwarder = new Forwarder({
    exchange,
    clock,
    log,
    newId: () => randomInt(idRange),
    servers: () => servers.servers(),
  });
  const pods = rangeOf(clusterCidr);
  const zone = {
    domain,
    names: new ClusterNames(services.cache, slices.cache),
    pods,
    ranges: [rangeOf(serviceCidr), pods],
  };
  return new Responder({
    zone,
    isKnown: () => services.isSynced && slices.isSynced,
    forwarder,
    random: Math.random,
  });
}

function rangeOf(text: string) {
  const range = parseCidr(text);
  if (!range) throw new Error(`${text} is no range of addresses.`);
  return range;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
