import { fill, semanticEqual } from '../../json.js';
import { networkAddress, parseCidr } from '../../network/cidr.js';
import type { FieldError } from '../../status.js';
import type { ServiceCIDR } from '../../types.js';
import { immutable, invalidValue, required } from '../../validation/errors.js';
import { cidr } from '../../validation/strings.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { networkingGroup } from './group.js';

function validateRange(range: string, field: string): FieldError[] {
  const parsed = parseCidr(range);
  if (!parsed) return [invalidValue(field, range, cidr('')[0] as string)];
  const canonical = `${networkAddress(parsed)}/${parsed.bits}`;
  if (canonical === range) return [];
  return [invalidValue(field, range, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

function validate({ spec }: ServiceCIDR): FieldError[] {
  const ranges = spec?.cidrs ?? [];
  const field = 'spec.cidrs';
  if (ranges.length === 0) return [required(field, 'at least one CIDR required')];
  if (ranges.length > 2) return [invalidValue(field, ranges, 'may only hold up to 2 values')];
  const families = ranges.map(range => parseCidr(range)?.family);
  if (families.length === 2 && families[0] !== undefined && families[0] === families[1]) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    return [invalidValue(field, ranges, why)];
  }
  return ranges.flatMap((range, index) => validateRange(range, `${field}[${index}]`));
}

/** A range of the other family may be added; what services may have an address of stays. */
function validateUpdate({ spec }: ServiceCIDR, { spec: old }: ServiceCIDR): FieldError[] {
  const [now, before] = [spec?.cidrs ?? [], old?.cidrs ?? []];
  const grown = before.length === 1 && now.length === 2 && now[0] === before[0];
  return grown || semanticEqual(now, before) ? [] : [immutable('spec.cidrs', now)];
}

export const serviceCidrRow = defineKind<ServiceCIDR>({
  group: networkingGroup,
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  subresources: ['status'],
  model: 'V1ServiceCIDR',
  columns: [nameColumn, text('CIDRs', range => (range.spec?.cidrs ?? []).join(',')), ageColumn],
  defaults(range) {
    fill(range, 'spec', {});
    fill(range, 'status', {});
  },
  prepareCreate(range) {
    range.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
  validateUpdate,
});
