import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { CSINode } from '../../types.js';
import { complaints, duplicate, immutable, invalidValue, required } from '../../validation/errors.js';
import { dns1123Subdomain, nonNegative, qualifiedName } from '../../validation/strings.js';
import { ageColumn, count, nameColumn } from '../columns.js';
import { defineKind } from '../define.js';
import { storageGroup } from './parameters.js';

type Driver = CSINode['spec']['drivers'][number];

const longestNodeId = 192;

function validateDriver({ name = '', nodeID = '', allocatable, topologyKeys }: Driver, path: string): FieldError[] {
  const errors = complaints(`${path}.name`, name, dns1123Subdomain(name));
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (nodeID.length > longestNodeId) {
    errors.push(invalidValue(`${path}.nodeID`, nodeID, `must be ${longestNodeId} characters or less`));
  }
  const volumes = allocatable?.count ?? 0;
  if (volumes < 0) errors.push(invalidValue(`${path}.allocatable.count`, volumes, nonNegative));
  const keys = topologyKeys ?? [];
  keys.forEach((key, index) => {
    if (key === '') errors.push(required(path));
    if (keys.indexOf(key) < index) errors.push(duplicate(path, key));
    errors.push(...complaints(path, keys, qualifiedName(key)));
  });
  return errors;
}

function validate({ spec }: CSINode): FieldError[] {
  const drivers = spec?.drivers ?? [];
  const names = drivers.map(({ name }) => name);
  return drivers.flatMap((driver, index) => [
    ...validateDriver(driver, `spec.drivers[${index}]`),
    ...(names.indexOf(driver.name) < index ? [duplicate(`spec.drivers[${index}].name`, driver.name)] : []),
  ]);
}

/** How many volumes a driver can attach may change; who the driver is may not. */
function validateUpdate({ spec }: CSINode, { spec: old }: CSINode): FieldError[] {
  const identity = ({ allocatable: _, ...rest }: Driver) => rest;
  return (spec?.drivers ?? [])
    .filter(driver =>
      (old?.drivers ?? []).some(
        before => before.name === driver.name && !semanticEqual(identity(before), identity(driver)),
      ),
    )
    .map(driver => immutable('CSINodeDriver', driver));
}

export const csiNodeRow = defineKind<CSINode>({
  group: storageGroup,
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  model: 'V1CSINode',
  columns: [nameColumn, count('Drivers', node => node.spec?.drivers?.length ?? 0), ageColumn],
  defaults(node) {
    fill(node, 'spec', { drivers: [] });
    fill(node.spec, 'drivers', []);
  },
  validate,
  validateUpdate,
});
