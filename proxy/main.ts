/**
 * The service proxy of a node: watches Services and EndpointSlices, and keeps the node's iptables such that a service's
 * address leads to its pods. The rules stay when it stops, so that services go on while it is replaced.
 */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import { Informer } from '../client/informer/informer.js';
import { followKubeconfig } from '../client/kubeconfig/follow.js';
import { endpointSlices, nodes, services } from '../client/resources.js';
import { connect } from '../client/rest/index.js';
import { withFormerVersions } from '../client/versions/former.js';
import { ensureServiceRoute, removeServiceRoute, type ServiceRoute } from './apply/service-route.js';
import { setSysctls } from './apply/sysctls.js';
import { removeRules, Tables } from './apply/tables.js';
import { watchTables } from './apply/watch.js';
import { type DnsOptions, startDns } from './dns/dns.js';
import { removeOwnAddress } from './dns/own-address.js';
import { stateFrom } from './model/from-api.js';
import type { Surroundings } from './model/state.js';
import { keepRoutes, removeRoutes } from './routes/routes.js';
import { Sync } from './sync.js';

export interface ProxyOptions extends Omit<Surroundings, 'dns'> {
  /** A path. */
  kubeconfig: string;
  nodeName: string;
  /** Where services are, for a node that has no route there; without it, such a node's own packets do not reach them. */
  serviceRoute?: ServiceRoute;
  /** Keeps routes to the pods of other nodes, too. */
  routesToNodes?: boolean;
  /** Answers what pods of this node ask the cluster's DNS service. */
  dns?: DnsOptions;
  log: Logger;
  clock: Clock;
}

/** Removes all that a proxy has made in this network namespace. */
export async function cleanup(): Promise<void> {
  await removeRules();
  await removeServiceRoute();
  await removeRoutes();
  await removeOwnAddress();
}

/** Resolves when it has begun; the rules follow as soon as the API server answers. Throws on a kubeconfig that is wrong. */
export async function startProxy(options: ProxyOptions): Promise<{ stop(): Promise<void> }> {
  const { log, clock } = options;
  const client = connect(followKubeconfig(options.kubeconfig), { userAgent: 'kube-proxy', log, clock });
  return proxyWith(withFormerVersions(client), options);
}

/** The same over a client that is there already, which is closed with the proxy. */
export async function proxyWith(
  client: Client,
  { nodeName, podCidr, clusterCidr, serviceRoute, routesToNodes, dns, log, clock }: Omit<ProxyOptions, 'kubeconfig'>,
): Promise<{ stop(): Promise<void> }> {
  const stopped = new AbortController();
  const { signal } = stopped;
  await setSysctls(log);
  if (serviceRoute) await routeToServices(serviceRoute, log);
  const shared = { client, clock, log, signal, random: Math.random };
  const found = new Informer({ ...shared, resource: services });
  const slices = new Informer({ ...shared, resource: endpointSlices });
  const answering = dns && startDns({ ...dns, clusterCidr, services: found, slices, clock, log, signal });
  const state = () => {
    const at = answering?.at();
    return stateFrom(found.list(), slices.list(), nodeName, { podCidr, clusterCidr, ...(at ? { dns: at } : {}) });
  };
  const sync = new Sync({ tables: new Tables(), state, clock, log, signal });
  // Not before both are known: half the picture would cut off services that work.
  void Promise.all([found.synced, slices.synced, answering?.tried]).then(() => {
    answering?.onListening(() => sync.changed());
    found.onChange(() => sync.changed());
    slices.onChange(() => sync.changed());
    sync.changed();
  });
  const working = [found.stopped, slices.stopped, sync.run(), watching(sync, clock, log, signal)];
  if (answering) working.push(answering.stopped);
  if (routesToNodes) {
    const known = new Informer({ ...shared, resource: nodes });
    working.push(known.stopped, keepRoutes({ nodes: known, place: { nodeName, clusterCidr }, clock, log, signal }));
  }
  return {
    async stop() {
      stopped.abort();
      await Promise.all(working);
      await client.close();
    },
  };
}

/** Pods reach services without it. */
async function routeToServices(route: ServiceRoute, log: Logger): Promise<void> {
  try {
    await ensureServiceRoute(route);
  } catch (error) {
    log.warn({ ...route, error: (error as Error).message }, 'the node itself may have no route to services');
  }
}

async function watching(sync: Sync, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    await watchTables(clock, () => sync.disturbed(), signal);
  } catch (error) {
    log.error({ error: (error as Error).message }, 'iptables cannot be watched: is it installed?');
  }
}
