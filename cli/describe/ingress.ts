/** Ingresses, with the pods that each path leads to, and their classes. */
import type { EndpointSlice, Ingress, IngressClass, Service } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import { endpointsText } from './service.js';
import { type Item, orNone } from './text.js';

type Backend = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;

/** What backends are told with; of a service that is not there, nothing. */
export interface Backends {
  services: readonly Service[];
  slices: readonly EndpointSlice[];
}

export function describeIngress(ingress: Ingress, backends: Backends): Item[] {
  const { metadata, spec, status } = ingress;
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const tls = (spec?.tls ?? []).map(({ hosts = [], secretName }) =>
    secretName ? `${secretName} terminates ${hosts.join(',')}` : `SNI routes ${hosts.join(',')}`,
  );
  const [labels, annotations] = labelled(ingress) as [Item, Item];
  return [
    ['Name', metadata.name ?? ''],
    labels,
    ['Namespace', metadata.namespace ?? ''],
    ['Address', addresses.join(',')],
    ['Ingress Class', orNone(spec?.ingressClassName)],
    ['Default backend', spec?.defaultBackend ? backendText(spec.defaultBackend, backends) : '<default>'],
    ...(tls.length > 0 ? [{ heading: 'TLS', block: tls }] : []),
    { heading: 'Rules', block: ['Host\tPath\tBackends', '----\t----\t--------', ...ruleLines(spec, backends)] },
    annotations,
  ];
}

function ruleLines(spec: Ingress['spec'], backends: Backends): string[] {
  const paths = (spec?.rules ?? []).flatMap(({ host, http }) => [
    `${host || '*'}\t`,
    ...(http?.paths ?? []).map(({ path = '', backend }) => `  \t${path} \t${backendText(backend, backends)}`),
  ]);
  if (paths.length > 0) return paths;
  return [`*\t*\t${spec?.defaultBackend ? backendText(spec.defaultBackend, backends) : '<default>'}`];
}

/** 'web:80 (10.0.0.1:8080)' */
function backendText({ service, resource }: Backend, { services, slices }: Backends): string {
  if (!service) return `APIGroup: ${resource?.apiGroup ?? '<none>'}, Kind: ${resource?.kind}, Name: ${resource?.name}`;
  const { name, port } = service;
  const text = `${name}:${port?.name ?? port?.number ?? ''}`;
  const found = services.find(({ metadata }) => metadata.name === name);
  if (!found) return `${text} (<error: services "${name}" not found>)`;
  const behind = slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  const used = found.spec?.ports?.find(each => (port?.name ? each.name === port.name : each.port === port?.number));
  return `${text} (${endpointsText(behind, used?.name)})`;
}

export function describeIngressClass(ingressClass: IngressClass): Item[] {
  const { controller = '', parameters } = ingressClass.spec ?? {};
  const block: Item[] = [
    ...(parameters?.apiGroup ? ([['APIGroup', parameters.apiGroup]] as Item[]) : []),
    ['Kind', parameters?.kind ?? ''],
    ['Name', parameters?.name ?? ''],
  ];
  return [
    ...named(ingressClass),
    ...labelled(ingressClass),
    ['Controller', controller],
    ...(parameters ? [{ heading: 'Parameters', block }] : []),
  ];
}
