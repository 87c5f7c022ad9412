/** Which pods stand behind a service, under which address and ports. Shared by Endpoints and EndpointSlices. */
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, Pod, Service, ServicePort } from '../api/types.js';
import { pods, services } from '../client/resources.js';
import type { Reader, Source } from '../client/runtime/controller.js';
import { keyOf, ownKey } from './keys.js';
import { isReady, isTerminal, isTerminating, selects } from './pod-state.js';

export type AddressType = 'IPv4' | 'IPv6';

/** A port as it is reached in a pod. `name` is '' for the only port of a service. */
export interface BackendPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

export interface Backend {
  ip: string;
  ports: BackendPort[];
  /** Traffic may be sent: what the pod says, unless the service publishes all. */
  ready: boolean;
  /** The pod says that it is ready, even while it terminates. */
  serving: boolean;
  terminating: boolean;
  nodeName?: string;
  /** Only for the pods that the headless service itself names (spec.subdomain). */
  hostname?: string;
  targetRef: NonNullable<Endpoint['targetRef']>;
}

export const headlessLabel = 'service.kubernetes.io/headless';
export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

/** Services without a selector, and names of elsewhere, are left to whoever made them. */
export const isOurs = (service: Service): boolean =>
  Object.keys(service.spec?.selector ?? {}).length > 0 && service.spec?.type !== 'ExternalName';

/** The backends with an address of that type, terminating ones included; in the order of their addresses. */
export function backendsOf(service: Service, candidates: readonly Pod[], type: AddressType): Backend[] {
  const matching = candidates.filter(pod => selects(service.spec?.selector, pod.metadata.labels) && !isTerminal(pod));
  const backends = matching.flatMap(pod => {
    const ip = addressOf(pod, type);
    return ip === undefined ? [] : [backend(service, pod, ip)];
  });
  return backends.sort((a, b) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0));
}

function backend(service: Service, pod: Pod, ip: string): Backend {
  const { metadata, spec } = pod;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const namedByService = spec?.hostname && spec.subdomain === service.metadata.name;
  return {
    ip,
    ports: (service.spec?.ports ?? []).flatMap(port => {
      const number = podPort(port, pod);
      return number === undefined ? [] : [backendPort(port, number)];
    }),
    ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
    serving,
    terminating,
    ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}),
    ...(namedByService && spec.hostname ? { hostname: spec.hostname } : {}),
    targetRef: {
      kind: 'Pod',
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
    },
  };
}

function addressOf(pod: Pod, type: AddressType): string | undefined {
  const { podIP, podIPs = [] } = pod.status ?? {};
  const all = podIPs.length > 0 ? podIPs.map(({ ip }) => ip) : [podIP];
  return all.find(ip => ip && ip.includes(':') === (type === 'IPv6'));
}

const backendPort = (port: ServicePort, number: number): BackendPort => ({
  name: port.name ?? '',
  port: number,
  protocol: port.protocol ?? 'TCP',
  ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
});

/** The number of a target port; undefined when it is a name that no container of the pod has. */
function podPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort || port.port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(container => container.restartPolicy === 'Always');
  const all = [...(pod.spec?.containers ?? []), ...sidecars].flatMap(container => container.ports ?? []);
  const found = all.find(p => p.name === target && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
  return found?.containerPort;
}

/** Watches services for both loops; a pod finds those that may select it by the first pair of their selectors. */
export const serviceSource: Source<Service> = {
  resource: services,
  keysFor: ownKey,
  indexes: {
    selector: service => {
      const [pair] = Object.entries(service.spec?.selector ?? {});
      return pair ? [labelKey(service.metadata.namespace, pair)] : [];
    },
  },
};

/** Watches pods for both loops: a pod wakes the services that select it, or did, if it looks different to them. */
export const podSource: Source<Pod> = {
  resource: pods,
  indexes: {
    label: pod => Object.entries(pod.metadata.labels ?? {}).map(pair => labelKey(pod.metadata.namespace, pair)),
  },
  keysFor: (now, before, read) =>
    now && before && isDeepStrictEqual(outside(now), outside(before))
      ? []
      : [before, now].flatMap(pod => (pod ? servicesOf(pod, read) : [])),
};

/** The pods among which a service's are: those with the rarest of its labels, so that the search stays short. */
export function podsFor(service: Service, read: Reader): Pod[] {
  const pairs = Object.entries(service.spec?.selector ?? {});
  const lists = pairs.map(pair => read.byIndex(pods, 'label', labelKey(service.metadata.namespace, pair)));
  return lists.sort((a, b) => a.length - b.length)[0] ?? [];
}

const labelKey = (namespace: string | undefined, [key, value]: [string, string]): string =>
  `${namespace}/${key}=${value}`;

const servicesOf = (pod: Pod, read: Reader): string[] =>
  Object.entries(pod.metadata.labels ?? {})
    .flatMap(pair => read.byIndex(services, 'selector', labelKey(pod.metadata.namespace, pair)))
    .filter(service => selects(service.spec?.selector, pod.metadata.labels))
    .map(keyOf);

/** All that a service can tell about a pod. A container's port never changes while the pod lives. */
const outside = (pod: Pod) => [
  pod.metadata.uid,
  pod.metadata.labels,
  pod.spec?.nodeName,
  pod.status?.podIP,
  pod.status?.podIPs,
  isReady(pod),
  isTerminal(pod),
  isTerminating(pod),
];
