import { canonical } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { ResourceQuota } from '../../types.js';
import { invalidValue } from '../../validation/errors.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { validateAmount, validateQuotaResourceName } from '../workload/resource-names.js';
import { validateScopes } from './scopes.js';

function validateAmounts(amounts: Record<string, string> | undefined, path: string): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, amount]) => [
    ...validateQuotaResourceName(name, `${path}[${name}]`),
    ...validateAmount(name, amount, `${path}[${name}]`),
  ]);
}

function validateUpdate(quota: ResourceQuota, old: ResourceQuota): FieldError[] {
  const scopes = (of: ResourceQuota): string => [...new Set(of.spec?.scopes ?? [])].sort().join(',');
  return scopes(quota) === scopes(old)
    ? []
    : [invalidValue('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable')];
}

/** 'pods: 1/10, requests.cpu: 1/2': limits have a column of their own. */
function usage(quota: ResourceQuota, limits: boolean): string {
  const { hard = {}, used = {} } = quota.status ?? {};
  return Object.keys(hard)
    .filter(name => name.startsWith('limits.') === limits)
    .sort()
    .map(name => `${name}: ${shownAmount(used[name])}/${shownAmount(hard[name])}`)
    .join(', ');
}

const shownAmount = (amount: string | undefined): string => (amount ? canonical(amount) : '0');

export const resourceQuotaRow = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  subresources: ['status'],
  model: 'V1ResourceQuota',
  columns: [
    nameColumn,
    text('Request', quota => usage(quota, false)),
    text('Limit', quota => usage(quota, true)),
    ageColumn,
  ],
  defaults(quota) {
    quota.spec ??= {};
    quota.status ??= {};
  },
  prepareCreate(quota) {
    quota.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate: quota => [
    ...validateAmounts(quota.spec?.hard, 'spec.hard'),
    ...validateScopes(quota.spec ?? {}),
    ...validateAmounts(quota.status?.hard, 'status.hard'),
    ...validateAmounts(quota.status?.used, 'status.used'),
  ],
  validateUpdate,
});
