/** Where a service leads, in both of the kinds that say so. */
import type { Endpoint, EndpointSlice, Endpoints } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import { type Item, tableLines } from './text.js';

interface Port {
  name?: string;
  port?: number;
  protocol?: string;
}

const portItems = (ports: readonly Port[] | undefined, nameless: string): Item[] => {
  if (!ports || ports.length === 0) return [['Ports', '<unset>']];
  const rows = ports.map(({ name, port, protocol }) => [name || nameless, String(port ?? ''), protocol ?? 'TCP']);
  return [{ heading: 'Ports', block: tableLines(['Name', 'Port', 'Protocol'], rows) }];
};

export function describeEndpoints(endpoints: Endpoints): Item[] {
  const list = (addresses: readonly { ip: string }[] | undefined): string =>
    (addresses ?? []).map(({ ip }) => ip).join(',') || '<none>';
  const subsets = (endpoints.subsets ?? []).flatMap(({ addresses, notReadyAddresses, ports }): Item[] => [
    ['Addresses', list(addresses)],
    ['NotReadyAddresses', list(notReadyAddresses)],
    ...(ports && ports.length > 0 ? portItems(ports, '<unset>') : []),
    '',
  ]);
  return [...named(endpoints), ...labelled(endpoints), { heading: 'Subsets', block: subsets }];
}

export function describeEndpointSlice(slice: EndpointSlice): Item[] {
  const endpoints = (slice.endpoints ?? []).flatMap(endpointItems);
  return [
    ...named(slice),
    ...labelled(slice),
    ['AddressType', slice.addressType],
    ...portItems(slice.ports, '<unset>'),
    endpoints.length > 0 ? { heading: 'Endpoints', block: endpoints } : ['Endpoints', '<none>'],
  ];
}

function endpointItems({ addresses, conditions, hostname, targetRef, nodeName, zone }: Endpoint): Item[] {
  return [
    ['- Addresses', addresses.join(', ')],
    {
      heading: '  Conditions',
      block: [['  Ready', String(conditions?.ready ?? '<unset>')]],
    },
    ['  Hostname', hostname ?? '<unset>'],
    ...(targetRef ? [['  TargetRef', `${targetRef.kind}/${targetRef.name}`] as Item] : []),
    ['  NodeName', nodeName ?? '<unset>'],
    ['  Zone', zone ?? '<unset>'],
  ];
}
