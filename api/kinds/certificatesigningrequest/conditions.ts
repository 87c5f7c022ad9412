/** What has been decided about a request: Approved or Denied by an approver, Failed by the signer. */
import { semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { CertificateSigningRequest } from '../../types.js';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';

export type Condition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

/** Once true, for ever. */
const final = ['Approved', 'Denied', 'Failed'];
const decisions = ['Approved', 'Denied'];

export const conditionsOf = (csr: CertificateSigningRequest, type?: string): Condition[] =>
  (csr.status?.conditions ?? []).filter(condition => type === undefined || condition.type === type);

export function validateConditions(csr: CertificateSigningRequest): FieldError[] {
  const conditions = conditionsOf(csr);
  return conditions.flatMap(({ type, status }, index) => {
    const path = `status.conditions[${index}]`;
    const errors: FieldError[] = type ? [] : [required(`${path}.type`)];
    const allowed = final.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!status) errors.push(required(`${path}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}.status`, status, allowed));
    const before = conditions.slice(0, index);
    const opposite = decisions.includes(type) ? decisions.find(other => other !== type) : undefined;
    if (before.some(other => other.type === opposite)) {
      errors.push(invalidValue(`${path}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (before.some(other => other.type === type)) errors.push(duplicate(`${path}.type`, type));
    return errors;
  });
}

/** `approving`: the update is one of /approval, which alone may decide. */
export function validateConditionsUpdate(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  approving: boolean,
): FieldError[] {
  return final.flatMap(type => {
    const [now, before] = [conditionsOf(csr, type), conditionsOf(old, type)];
    const refused = (what: string) => [
      forbiddenField('status.conditions', `updates may not ${what} a condition of type ${JSON.stringify(type)}`),
    ];
    if (now.length < before.length) return refused('remove');
    if (approving || type === 'Failed') return [];
    if (now.length > before.length) return refused('add');
    return semanticEqual(now, before) ? [] : refused('modify');
  });
}

/** 'Pending', 'Approved,Issued', ...: what kubectl shows. */
export function conditionText(csr: CertificateSigningRequest): string {
  const has = (type: string): boolean => conditionsOf(csr, type).length > 0;
  const decided = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decided}${has('Failed') ? ',Failed' : ''}${csr.status?.certificate ? ',Issued' : ''}`;
}
