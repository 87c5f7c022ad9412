/** Services, and where they lead. */
import type { EndpointSlice, Service } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import { type Item, joined, orNone, when } from './text.js';

export function describeService(service: Service, slices: readonly EndpointSlice[]): Item[] {
  const { spec, status } = service;
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const ports = (spec?.ports ?? []).flatMap((port): Item[] => {
    const { name = '<unset>', protocol = 'TCP' } = port;
    return [
      ['Port', `${name}\t${port.port}/${protocol}`],
      ['TargetPort', `${port.targetPort}/${protocol}`],
      ...when(port.nodePort, () => ['NodePort', `${name}\t${port.nodePort}/${protocol}`]),
      ['Endpoints', endpointsText(slices, port.name)],
    ];
  });
  return [
    ...named(service),
    ...labelled(service),
    ['Selector', joined(spec?.selector)],
    ['Type', spec?.type ?? ''],
    ...when(spec?.ipFamilyPolicy, () => ['IP Family Policy', spec?.ipFamilyPolicy ?? '']),
    ['IP Families', orNone(spec?.ipFamilies?.join(','))],
    ['IP', spec?.clusterIP ?? ''],
    ['IPs', orNone(spec?.clusterIPs?.join(','))],
    ...when(spec?.externalIPs, () => ['External IPs', (spec?.externalIPs ?? []).join(',')]),
    ...when(spec?.externalName, () => ['External Name', spec?.externalName ?? '']),
    ...when(ingress[0], () => ['LoadBalancer Ingress', ingress.join(', ')]),
    ...ports,
    ['Session Affinity', spec?.sessionAffinity ?? ''],
    ...when(spec?.externalTrafficPolicy, () => ['External Traffic Policy', spec?.externalTrafficPolicy ?? '']),
    ...when(spec?.internalTrafficPolicy, () => ['Internal Traffic Policy', spec?.internalTrafficPolicy ?? '']),
  ];
}

/** A description has room for so many addresses. */
const shownEndpoints = 3;

export function endpointsText(slices: readonly EndpointSlice[], port: string | undefined): string {
  const all = slices.flatMap(({ ports, endpoints }) => {
    const number = ports?.find(candidate => (candidate.name ?? '') === (port ?? ''))?.port;
    if (number === undefined) return [];
    const ready = (endpoints ?? []).filter(endpoint => endpoint.conditions?.ready !== false);
    return ready.flatMap(endpoint => endpoint.addresses.map(address => `${address}:${number}`));
  });
  const more = all.length > shownEndpoints ? ` + ${all.length - shownEndpoints} more...` : '';
  return orNone(all.slice(0, shownEndpoints).join(',')) + more;
}
