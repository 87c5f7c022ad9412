/** Where an endpoint is: in a map of labels in v1beta1, in fields in v1, which keeps what else was in the map. Pure. */
import type { Endpoint } from '../../types.js';

export type BetaEndpoint = Omit<Endpoint, 'zone' | 'deprecatedTopology'> & { topology?: Record<string, string> };

export const hostname = 'kubernetes.io/hostname';
const zoneLabel = 'topology.kubernetes.io/zone';

const isEmpty = (map: object): boolean => Object.keys(map).length === 0;

/** A topology's zone gets its field, and its host name goes where it says no more than nodeName does. */
export function endpointToV1({ topology, ...rest }: BetaEndpoint): Endpoint {
  const endpoint: Endpoint = rest;
  if (!topology) return endpoint;
  const { [zoneLabel]: zone, ...others } = topology;
  if (zone !== undefined) endpoint.zone = zone;
  if (others[hostname] !== undefined && others[hostname] === endpoint.nodeName) delete others[hostname];
  if (!isEmpty(others)) endpoint.deprecatedTopology = others;
  return endpoint;
}

export function endpointFromV1({ zone, deprecatedTopology, ...rest }: Endpoint): BetaEndpoint {
  const endpoint: BetaEndpoint = rest;
  const topology = {
    ...(endpoint.nodeName === undefined ? {} : { [hostname]: endpoint.nodeName }),
    ...deprecatedTopology,
    ...(zone === undefined ? {} : { [zoneLabel]: zone }),
  };
  if (!isEmpty(topology)) endpoint.topology = topology;
  return endpoint;
}
