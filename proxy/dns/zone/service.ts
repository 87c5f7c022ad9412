/** The names below one service: itself, its named ports, and the endpoints of one that is headless. */
import type { Answer } from 'dns-packet';
import type { Service } from '../../../api/types.js';
import { addressesOf, type ClusterNames, isHeadless, type NamedEndpoint } from './names.js';
import { addressRecord, portRecord } from './records.js';

/** What there is under a name: records of all types. Without any the name is there all the same; undefined: it is not. */
export interface Found {
  records: readonly Answer[];
  /** Of the hosts that SRV records name. */
  additionals?: readonly Answer[];
}

interface Place {
  port: number;
  name: string;
  protocol: string;
  /** The whole name of who listens there, and its addresses. */
  target: string;
  addresses: readonly string[];
}

/**
 * `below` is what stands before the service's name: [] for itself, ['web-0'] for an endpoint, ['_tcp'], ['_http', '_tcp'].
 * `name` is the service's whole name, and `asked` the one that the question has.
 */
export function serviceRecords(
  below: readonly string[],
  { service, names, name, asked }: { service: Service; names: ClusterNames; name: string; asked: string },
): Found | undefined {
  const headless = isHeadless(service);
  const { metadata } = service;
  const endpoints = headless ? names.readyEndpoints(metadata.namespace ?? '', metadata.name ?? '') : [];
  // Of a headless service nothing is known while nobody is ready.
  if (headless && endpoints.length === 0) return undefined;
  const places = (): Place[] => (headless ? endpoints.flatMap(one => placesOf(one, name)) : ownPlaces(service, name));
  const [first = '', second] = below;
  if (below.length === 0) {
    const addresses = headless ? endpoints.map(({ address }) => address) : addressesOf(service);
    return withPorts(asked, addresses, places());
  }
  if (first.startsWith('_')) return portRecords(asked, first, second, places());
  if (below.length > 1) return undefined;
  const meant = endpoints.filter(({ host }) => host === first);
  if (meant.length === 0) return undefined;
  return { records: unique(meant.map(({ address }) => address)).map(address => addressRecord(asked, address)) };
}

function portRecords(asked: string, first: string, second: string | undefined, places: Place[]): Found | undefined {
  const protocol = second ?? first;
  const named = places.filter(place => place.name !== '' && `_${place.protocol.toLowerCase()}` === protocol);
  // '_tcp.web' has no records of its own, and is there if anything stands below it.
  if (second === undefined) return named.length > 0 ? { records: [] } : undefined;
  const meant = named.filter(place => `_${place.name.toLowerCase()}` === first);
  return meant.length > 0 ? withPorts(asked, [], meant) : undefined;
}

function withPorts(asked: string, addresses: readonly string[], places: readonly Place[]): Found {
  const targets = new Map(places.map(({ target, addresses: own }) => [target, own]));
  return {
    records: [
      ...unique(addresses).map(address => addressRecord(asked, address)),
      ...places.map(({ target, port }) => portRecord(asked, target, port, places.length)),
    ],
    additionals: [...targets].flatMap(([target, own]) => own.map(address => addressRecord(target, address))),
  };
}

const ownPlaces = (service: Service, name: string): Place[] =>
  (service.spec?.ports ?? []).map(({ name: port = '', protocol = 'TCP', port: number }) => ({
    port: number,
    name: port,
    protocol,
    target: name,
    addresses: addressesOf(service),
  }));

const placesOf = ({ host, address, ports }: NamedEndpoint, name: string): Place[] =>
  ports.map(({ name: port, protocol, port: number }) => ({
    port: number,
    name: port,
    protocol,
    target: `${host}.${name}`,
    addresses: [address],
  }));

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
