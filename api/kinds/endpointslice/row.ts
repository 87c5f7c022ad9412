import { isIPv4, isIPv6 } from 'node:net';
import { canonicalText, fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { Endpoint, EndpointSlice } from '../../types.js';
import { complaints, duplicate, invalidValue, oneOf, required, tooMany } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain, portNumber } from '../../validation/strings.js';
import { ageColumn, firstFew, nameColumn, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { specialAddress } from '../service/addresses.js';

const addressTypes = ['IPv4', 'IPv6', 'FQDN'];
const mostEndpoints = 1000;
const mostAddresses = 100;
const mostPorts = 20000;

function addressComplaints(type: string, address: string): string[] {
  if (type === 'FQDN') return dns1123Subdomain(address);
  if (type === 'IPv4' && !isIPv4(address)) return ['must be a valid IPv4 address, (e.g. 10.9.8.7)'];
  if (type === 'IPv6' && !isIPv6(address)) return ['must be a valid IPv6 address, (e.g. 2001:db8::ffff)'];
  return specialAddress(address);
}

function validateEndpoint(endpoint: Endpoint, type: string, path: string): FieldError[] {
  const addresses = endpoint.addresses ?? [];
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(`${path}.addresses`, 'must contain at least 1 address'));
  if (addresses.length > mostAddresses) errors.push(tooMany(`${path}.addresses`, addresses.length, mostAddresses));
  addresses.forEach((address, index) => {
    const field = `${path}.addresses[${index}]`;
    errors.push(...complaints(field, address, addressComplaints(type, address)));
    if (addresses.indexOf(address) < index) errors.push(duplicate(field, address));
  });
  if (endpoint.hostname) {
    errors.push(...complaints(`${path}.hostname`, endpoint.hostname, dns1123Label(endpoint.hostname)));
  }
  if (endpoint.nodeName) {
    errors.push(...complaints(`${path}.nodeName`, endpoint.nodeName, dns1123Subdomain(endpoint.nodeName)));
  }
  return errors;
}

function validatePorts(slice: EndpointSlice): FieldError[] {
  const ports = slice.ports ?? [];
  const errors: FieldError[] = [];
  if (ports.length > mostPorts) return [tooMany('ports', ports.length, mostPorts)];
  const seen = new Set<string>();
  ports.forEach((port, index) => {
    const name = port.name ?? '';
    if (name !== '') errors.push(...complaints(`ports[${index}].name`, name, dns1123Label(name)));
    if (seen.has(name)) errors.push(duplicate(`ports[${index}].name`, name));
    seen.add(name);
    errors.push(...oneOf(`ports[${index}].protocol`, port.protocol, ['TCP', 'UDP', 'SCTP']));
    if (typeof port.port === 'number') {
      errors.push(...complaints(`ports[${index}].port`, port.port, portNumber(port.port)));
    }
  });
  return errors;
}

function validate(slice: EndpointSlice): FieldError[] {
  const endpoints = slice.endpoints ?? [];
  const errors = oneOf('addressType', slice.addressType, addressTypes);
  if (endpoints.length > mostEndpoints) return [...errors, tooMany('endpoints', endpoints.length, mostEndpoints)];
  return [
    ...errors,
    ...endpoints.flatMap((endpoint, index) => validateEndpoint(endpoint, slice.addressType, `endpoints[${index}]`)),
    ...validatePorts(slice),
  ];
}

/** v1 shows what v1beta1 wrote to deprecatedTopology, and takes none that is not there already. */
function keepTopology(slice: EndpointSlice, old?: EndpointSlice): void {
  const known = new Set((old?.endpoints ?? []).map(({ deprecatedTopology }) => canonicalText(deprecatedTopology)));
  for (const endpoint of slice.endpoints ?? []) {
    if (endpoint.deprecatedTopology && !known.has(canonicalText(endpoint.deprecatedTopology))) {
      delete endpoint.deprecatedTopology;
    }
  }
}

const portTexts = (slice: EndpointSlice): string[] => (slice.ports ?? []).map(port => `${port.port ?? '*'}`);

export const endpointSliceRow = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  model: 'V1EndpointSlice',
  columns: [
    nameColumn,
    text('AddressType', slice => slice.addressType),
    text('Ports', slice => firstFew(portTexts(slice), 3, unset)),
    text('Endpoints', slice =>
      firstFew(
        (slice.endpoints ?? []).flatMap(e => e.addresses ?? []),
        3,
        unset,
      ),
    ),
    ageColumn,
  ],
  defaults(slice) {
    fill(slice, 'endpoints', []);
    for (const port of slice.ports ?? []) {
      fill(port, 'name', '');
      fill(port, 'protocol', 'TCP');
    }
  },
  prepareCreate: slice => keepTopology(slice),
  prepareUpdate: keepTopology,
  generationOf: slice => [slice.addressType, slice.endpoints, slice.ports, slice.metadata.labels],
  validate,
  validateUpdate: (slice, old) =>
    slice.addressType === old.addressType ? [] : [invalidValue('addressType', slice.addressType, 'field is immutable')],
});
