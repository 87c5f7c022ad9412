/** Services that `create service TYPE` makes of words. (`expose` makes one of an object: service-for.ts.) Pure. */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';

export interface PlainServiceWishes {
  tcp?: string[];
  clusterip?: string;
  nodePort?: string;
  externalName?: string;
}

export const serviceTypes = {
  clusterip: 'ClusterIP',
  nodeport: 'NodePort',
  loadbalancer: 'LoadBalancer',
  externalname: 'ExternalName',
} as const;

export function plainServiceFor(name: string, type: keyof typeof serviceTypes, wishes: PlainServiceWishes): AnyObject {
  const { clusterip, externalName, nodePort } = wishes;
  const tcp = (wishes.tcp ?? []).flatMap(text => text.split(','));
  if (tcp.length === 0 && type !== 'externalname' && clusterip !== 'None')
    throw new Failure('at least one tcp port specifier must be provided');
  if (type === 'externalname' && !externalName) throw new Failure('required flag(s) "external-name" not set');
  const labels = { app: name };
  const ports = tcp.map(text => portOf(text, nodePort));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: {
      ...(clusterip === undefined ? {} : { clusterIP: clusterip }),
      ...(externalName === undefined ? {} : { externalName }),
      ...(ports.length > 0 ? { ports } : {}),
      selector: labels,
      type: serviceTypes[type],
    },
    status: { loadBalancer: {} },
  };
}

/** '80', or '80:8080' for another port of the pods. */
function portOf(text: string, nodePort: string | undefined): object {
  const [port = '', target = port, ...rest] = text.split(':');
  if (rest.length > 0) throw new Failure(`invalid port format '${text}': port or port:targetPort is expected`);
  return {
    name: text.replace(':', '-'),
    ...(nodePort === undefined ? {} : { nodePort: numberIn(nodePort) }),
    port: numberIn(port),
    protocol: 'TCP',
    targetPort: /^\d+$/.test(target) ? Number(target) : target,
  };
}

function numberIn(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new Failure(`invalid port "${text}": a number is expected`);
  return Number(text);
}
