import { semanticEqual } from '../../json.js';
import { canonicalAddress } from '../../network/cidr.js';
import type { FieldError } from '../../status.js';
import type { IPAddress } from '../../types.js';
import { complaints, immutable, invalidValue, required } from '../../validation/errors.js';
import { dns1123Subdomain, ipAddress, pathSegment } from '../../validation/strings.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';
import { networkingGroup } from './group.js';

/** An address is its own name, so that nobody else can have it: it must be written in one way. */
function validateName({ metadata }: IPAddress): FieldError[] {
  const name = metadata.name ?? '';
  const said = ipAddress(name);
  if (said.length > 0) return complaints('metadata.name', name, said);
  const canonical = canonicalAddress(name);
  if (canonical === name) return [];
  return [invalidValue('metadata.name', name, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

function validateParent({ spec }: IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  const path = 'spec.parentRef';
  if (!parent) return [required(path)];
  const { group = '', resource = '', name = '', namespace = '' } = parent;
  const segment = (field: string, value: string, needed: boolean): FieldError[] =>
    value ? complaints(`${path}.${field}`, value, pathSegment(value)) : needed ? [required(`${path}.${field}`)] : [];
  return [
    ...(group ? complaints(`${path}.group`, group, dns1123Subdomain(group)) : []),
    ...segment('resource', resource, true),
    ...segment('name', name, true),
    ...segment('namespace', namespace, false),
  ];
}

function parentText({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (!parent) return none;
  const resource = `${parent.resource}${parent.group ? `.${parent.group}` : ''}`.toLowerCase();
  return [resource, parent.namespace, parent.name].filter(part => part).join('/');
}

export const ipAddressRow = defineKind<IPAddress>({
  group: networkingGroup,
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  model: 'V1IPAddress',
  // IPv6 has colons.
  nameRule: 'pathSegment',
  columns: [nameColumn, text('ParentRef', parentText), ageColumn],
  validate: address => [...validateName(address), ...validateParent(address)],
  validateUpdate: ({ spec }, { spec: old }) =>
    semanticEqual(spec?.parentRef, old?.parentRef) ? [] : [immutable('spec.parentRef', spec?.parentRef)],
});
