import { fill } from '../json.js';
import type { FieldError } from '../status.js';
import type { Endpoints } from '../types.js';
import { complaints, invalidValue, oneOf, required } from '../validation/errors.js';
import { dns1123Label, ipAddress, portNumber } from '../validation/strings.js';
import { ageColumn, firstFew, nameColumn, none, text } from './columns.js';
import { defineKind } from './define.js';
import { specialAddress } from './service/addresses.js';

type Subset = NonNullable<Endpoints['subsets']>[number];

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function addressesOf(subset: Subset): string[] {
  const addresses = subset.addresses ?? [];
  if (!subset.ports?.length) return addresses.map(address => address.ip);
  return subset.ports.flatMap(port => addresses.map(address => hostPort(address.ip, port.port)));
}

function validateSubset(subset: Subset, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length + notReadyAddresses.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const [name, list] of [
    ['addresses', addresses],
    ['notReadyAddresses', notReadyAddresses],
  ] as const) {
    list.forEach((address, index) => {
      const field = `${path}.${name}[${index}].ip`;
      const said = ipAddress(address.ip ?? '');
      errors.push(...complaints(field, address.ip ?? '', said.length > 0 ? said : specialAddress(address.ip)));
    });
  }
  ports.forEach((port, index) => {
    const field = `${path}.ports[${index}]`;
    if (ports.length > 1 && !port.name) errors.push(required(`${field}.name`));
    if (port.name) errors.push(...complaints(`${field}.name`, port.name, dns1123Label(port.name)));
    for (const said of portNumber(port.port)) errors.push(invalidValue(`${field}.port`, port.port ?? 0, said));
    errors.push(...oneOf(`${field}.protocol`, port.protocol, ['TCP', 'UDP', 'SCTP']));
  });
  return errors;
}

export const endpointsRow = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  model: 'V1Endpoints',
  columns: [
    nameColumn,
    text('Endpoints', endpoints => firstFew((endpoints.subsets ?? []).flatMap(addressesOf), 3, none)),
    ageColumn,
  ],
  defaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) {
      for (const port of subset.ports ?? []) fill(port, 'protocol', 'TCP');
    }
  },
  validate: endpoints =>
    (endpoints.subsets ?? []).flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`)),
});
