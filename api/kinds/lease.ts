import { fill } from '../json.js';
import type { FieldError } from '../status.js';
import type { Lease } from '../types.js';
import { invalidValue } from '../validation/errors.js';
import { nonNegative, positive } from '../validation/strings.js';
import { ageColumn, nameColumn, text } from './columns.js';
import { defineKind } from './define.js';

function validate(lease: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = lease.spec ?? {};
  if (typeof duration === 'number' && duration <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', duration, positive));
  }
  if (typeof transitions === 'number' && transitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', transitions, nonNegative));
  }
  return errors;
}

export const leaseRow = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  model: 'V1Lease',
  columns: [nameColumn, text('Holder', lease => lease.spec?.holderIdentity ?? ''), ageColumn],
  defaults: lease => fill(lease, 'spec', {}),
  validate,
});
