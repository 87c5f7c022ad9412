/** What a Service holds of which there is only one: its cluster addresses, and its ports on every node. */
import type { AnyObject, Service } from '../../../api/types.js';

export interface Held {
  addresses: string[];
  ports: number[];
}

export function heldBy(object: AnyObject | undefined): Held {
  const spec = (object as Service | undefined)?.spec ?? {};
  const named = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ''];
  const ports = [...(spec.ports ?? []).map(port => port.nodePort), spec.healthCheckNodePort];
  return {
    addresses: spec.type === 'ExternalName' ? [] : named.filter(address => address !== '' && address !== 'None'),
    ports: [...new Set(ports.filter((port): port is number => typeof port === 'number' && port > 0))],
  };
}

/** What the first holds and the second does not. */
export const without = (held: Held, others: Held): Held => ({
  addresses: held.addresses.filter(address => !others.addresses.includes(address)),
  ports: held.ports.filter(port => !others.ports.includes(port)),
});
