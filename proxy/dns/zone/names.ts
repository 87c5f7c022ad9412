/** What of the cluster has names: Services and EndpointSlices as an informer holds them, found by what a question says. */
import { isIPv4, isIPv6 } from 'node:net';
import type { EndpointSlice, Service } from '../../../api/types.js';
import type { Cache } from '../../../client/informer/cache.js';

const serviceNameLabel = 'kubernetes.io/service-name';
const byAddress = 'dns/address';
const byService = 'dns/service';
const byNamedAddress = 'dns/named address';

/** A ready endpoint of a service without an address of its own. */
export interface NamedEndpoint {
  /** Its first label: the hostname that its pod asked for, else one that is made of its address. */
  host: string;
  address: string;
  ports: readonly { name: string; protocol: string; port: number }[];
}

export class ClusterNames {
  constructor(
    private readonly services: Cache<Service>,
    private readonly slices: Cache<EndpointSlice>,
  ) {
    services.ensureIndex(byAddress, addressesOf);
    slices.ensureIndex(byService, slice => {
      const service = slice.metadata.labels?.[serviceNameLabel];
      return service ? [`${slice.metadata.namespace}/${service}`] : [];
    });
    slices.ensureIndex(byNamedAddress, slice => {
      const named = (slice.endpoints ?? []).filter(({ hostname }) => hostname);
      return [...new Set(named.flatMap(({ addresses }) => addresses))];
    });
  }

  service(namespace: string, name: string): Service | undefined {
    return this.services.get(`${namespace}/${name}`);
  }

  hasServices(namespace: string): boolean {
    return this.services.list(namespace).length > 0;
  }

  /** Those that are ready: the controller calls all of them so where the service publishes what is not. */
  readyEndpoints(namespace: string, name: string): NamedEndpoint[] {
    const found = new Map<string, NamedEndpoint>();
    for (const { addressType, ports, endpoints } of this.slices.byIndex(byService, `${namespace}/${name}`)) {
      if (addressType === 'FQDN') continue;
      const known = (ports ?? []).flatMap(({ name: port = '', protocol = 'TCP', port: number }) =>
        number === undefined ? [] : [{ name: port, protocol, port: number }],
      );
      for (const { addresses, conditions, hostname } of endpoints ?? []) {
        if (conditions?.ready === false) continue;
        for (const address of addresses) {
          const host = hostname || address.replace(/[.:]/g, '-');
          // An endpoint that moves from one slice to another is in both for a moment; ports may be spread over several.
          const ports = [...(found.get(`${host} ${address}`)?.ports ?? []), ...known];
          found.set(`${host} ${address}`, { host, address, ports: unique(ports) });
        }
      }
    }
    return [...found.values()];
  }

  /** Of services, 'web.default', and of endpoints with hostnames, 'web-0.web.default'. */
  namesAt(address: string): string[] {
    const services = this.services
      .byIndex(byAddress, address)
      .map(({ metadata }) => [metadata.name, metadata.namespace]);
    const hosts = this.slices.byIndex(byNamedAddress, address).flatMap(({ metadata, endpoints }) =>
      (endpoints ?? [])
        .filter(({ addresses, hostname, conditions }) => {
          return hostname && addresses.includes(address) && conditions?.ready !== false;
        })
        .map(({ hostname }) => [hostname, metadata.labels?.[serviceNameLabel], metadata.namespace]),
    );
    return [...new Set([...services, ...hosts].map(labels => labels.join('.')))];
  }
}

/** None for a headless service, or for a name of something outside. */
export function addressesOf({ spec }: Service): string[] {
  if (spec?.type === 'ExternalName') return [];
  const all = [spec?.clusterIP ?? '', ...(spec?.clusterIPs ?? [])];
  return [...new Set(all)].filter(address => isIPv4(address) || isIPv6(address));
}

export const isHeadless = ({ spec }: Service): boolean => spec?.type !== 'ExternalName' && spec?.clusterIP === 'None';

const unique = (ports: NamedEndpoint['ports']): NamedEndpoint['ports'] => [
  ...new Map(ports.map(port => [`${port.name} ${port.protocol} ${port.port}`, port])).values(),
];
