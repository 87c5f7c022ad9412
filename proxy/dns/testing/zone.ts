/** A cluster's names, for tests: written down as its Services and EndpointSlices. */
import { parseCidr } from '../../../api/network/cidr.js';
import type { Endpoint, EndpointSlice, Service } from '../../../api/types.js';
import { Cache } from '../../../client/informer/cache.js';
import type { Zone } from '../zone/answer.js';
import { ClusterNames } from '../zone/names.js';

type Spec = NonNullable<Service['spec']>;

/** `where` is 'name.namespace'. */
const metadataOf = (where: string, labels = {}) => {
  const [name = '', namespace = ''] = where.split('.');
  return { name, namespace, labels };
};

export const service = (where: string, spec: Partial<Spec>): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadataOf(where),
  spec,
});

/** 'address', 'address hostname', and 'gone' at the end for one that is not ready. */
export const endpoint = (text: string): Endpoint => {
  const words = text.split(' ');
  const gone = words.at(-1) === 'gone';
  const [address = '', hostname] = gone ? words.slice(0, -1) : words;
  return { addresses: [address], conditions: { ready: !gone }, ...(hostname ? { hostname } : {}) };
};

export function slice(where: string, endpoints: string[], ports: EndpointSlice['ports'] = [], n = 1): EndpointSlice {
  const { name, namespace } = metadataOf(where);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${n}`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: endpoints.some(text => text.includes(':')) ? 'IPv6' : 'IPv4',
    ports,
    endpoints: endpoints.map(endpoint),
  };
}

const cidr = (text: string) => {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is no range`);
  return parsed;
};

export function zoneOf(services: Service[], slices: EndpointSlice[], serviceRange = '10.96.0.0/16'): Zone {
  const [held, parts] = [new Cache<Service>(), new Cache<EndpointSlice>()];
  held.replace(services);
  parts.replace(slices);
  const pods = cidr('10.244.0.0/16');
  const names = new ClusterNames(held, parts);
  return { domain: 'cluster.local', names, pods, ranges: [cidr(serviceRange), pods] };
}

/** A cluster in which there is some of everything. */
export const sampleZone = (serviceRange?: string): Zone =>
  zoneOf(
    [
      service('kube-dns.kube-system', { clusterIP: '10.96.0.10', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }),
      service('web.default', {
        clusterIP: '10.96.0.20',
        ports: [
          { name: 'http', port: 80 },
          { name: 'admin', port: 8080, protocol: 'TCP' },
          { name: 'q', port: 7, protocol: 'UDP' },
        ],
      }),
      service('plain.default', { clusterIP: '10.96.0.21', ports: [{ port: 80 }] }),
      service('dual.default', {
        clusterIP: '10.96.0.22',
        clusterIPs: ['10.96.0.22', 'fd00::22'],
        ports: [{ port: 80 }],
      }),
      service('db.data', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'pg', port: 5432 }] }),
      service('idle.data', { clusterIP: 'None', ports: [{ name: 'pg', port: 5432 }] }),
      service('portless.data', { clusterIP: 'None' }),
      service('out.default', { type: 'ExternalName', externalName: 'www.Example.com.' }),
      service('inward.default', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
      service('number.default', { type: 'ExternalName', externalName: '192.0.2.1' }),
      service('new.default', { ports: [{ port: 80 }] }),
    ],
    [
      slice('web.default', ['10.244.0.9 named'], [{ name: 'http', port: 8080 }]),
      slice('db.data', ['10.244.0.5 db-0', '10.244.0.7', '10.244.0.8 db-2 gone'], [{ name: 'pg', port: 15432 }]),
      slice('db.data', ['10.244.0.5 db-0', '10.244.1.6 db-1'], [{ name: 'pg', port: 15432 }], 2),
      slice('idle.data', ['10.244.0.11 idle-0 gone'], [{ name: 'pg', port: 15432 }]),
      slice('portless.data', ['10.244.0.12']),
      slice('elsewhere.data', ['192.0.2.77 far-0']),
    ],
    serviceRange,
  );
