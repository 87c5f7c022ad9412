/** The service that stands in front of an object: its selector, ports and labels, taken from there or as is wished. Pure. */
import type { AnyObject, Container, LabelSelector } from '../../api/types.js';
import { Failure } from '../failure.js';
import { pairsOf } from './pairs.js';

/** As the flags of `expose` say them. */
export interface ServiceWishes {
  name?: string;
  port?: string;
  targetPort?: string;
  protocol?: string;
  type?: string;
  selector?: string;
  labels?: string;
  clusterIp?: string;
  externalIp?: string[];
  loadBalancerIp?: string;
  sessionAffinity?: string;
}

interface Port {
  port: number;
  protocol: string;
}

export function serviceFor(object: AnyObject, wishes: ServiceWishes): AnyObject {
  const front = frontOf(object);
  const given = portsSaid(wishes.port) ?? front.ports.map(({ port }) => port);
  if (given.length === 0) throw new Failure("couldn't find port via --port flag or introspection");
  const ports = given.map((port, index) => ({
    ...(given.length > 1 ? { name: `port-${index + 1}` } : {}),
    port,
    protocol: wishes.protocol ?? front.ports.find(each => each.port === port)?.protocol ?? 'TCP',
    targetPort: wishes.targetPort === undefined ? port : numberOrName(wishes.targetPort),
  }));
  const labels = wishes.labels === undefined ? object.metadata.labels : pairsOf(wishes.labels);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: wishes.name ?? object.metadata.name ?? '', ...(labels ? { labels } : {}) },
    spec: {
      ports,
      selector: wishes.selector === undefined ? front.selector() : pairsOf(wishes.selector),
      ...(wishes.type === undefined ? {} : { type: wishes.type }),
      ...(wishes.clusterIp === undefined ? {} : { clusterIP: wishes.clusterIp }),
      ...(wishes.externalIp === undefined ? {} : { externalIPs: wishes.externalIp }),
      ...(wishes.loadBalancerIp === undefined ? {} : { loadBalancerIP: wishes.loadBalancerIp }),
      ...(wishes.sessionAffinity === undefined ? {} : { sessionAffinity: wishes.sessionAffinity }),
    },
    status: { loadBalancer: {} },
  };
}

const numberOrName = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

function portsSaid(text: string | undefined): number[] | undefined {
  return text?.split(',').map(part => {
    if (!/^\d+$/.test(part)) throw new Failure(`--port ${text}: a port's number is expected, or several with commas`);
    return Number(part);
  });
}

interface Front {
  ports: Port[];
  /** Throws a Failure where the pods cannot be told by a service's selector. */
  selector(): Record<string, string>;
}

/** Where an object's pods listen, and how they are told from others. */
function frontOf(object: AnyObject): Front {
  const spec = (object.spec ?? {}) as {
    selector?: unknown;
    containers?: Container[];
    ports?: Partial<Port>[];
    template?: { spec?: { containers?: Container[] } };
  };
  switch (object.kind) {
    case 'Service':
      return { ports: portsOf(spec.ports), selector: () => map(spec.selector, 'the service has no pod selector set') };
    case 'ReplicationController':
      return { ports: listening(spec.template?.spec?.containers), selector: () => map(spec.selector, 'no selector') };
    case 'Deployment':
    case 'ReplicaSet':
      return {
        ports: listening(spec.template?.spec?.containers),
        selector: () => matchLabels(spec.selector as LabelSelector | undefined),
      };
    case 'Pod':
      return {
        ports: listening(spec.containers),
        selector: () => map(object.metadata.labels, 'the pod has no labels and cannot be exposed'),
      };
    default:
      throw new Failure(`cannot expose a ${object.kind}`);
  }
}

const portsOf = (ports: readonly Partial<Port>[] = []): Port[] =>
  ports.map(({ port = 0, protocol = 'TCP' }) => ({ port, protocol }));

const listening = (containers: readonly Container[] = []): Port[] =>
  containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol })),
  );

function map(selector: unknown, otherwise: string): Record<string, string> {
  const labels = (selector ?? {}) as Record<string, string>;
  if (Object.keys(labels).length === 0) throw new Failure(otherwise);
  return labels;
}

function matchLabels(selector: LabelSelector | undefined): Record<string, string> {
  if ((selector?.matchExpressions ?? []).length > 0)
    throw new Failure(
      `couldn't convert expressions - ${JSON.stringify(selector?.matchExpressions)} - to a service's selector: say --selector`,
    );
  return map(selector?.matchLabels, 'it selects no pods: say --selector');
}
