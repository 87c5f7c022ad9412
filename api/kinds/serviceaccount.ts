import type { ServiceAccount } from '../types.js';
import { ageColumn, count, nameColumn } from './columns.js';
import { defineKind } from './define.js';

export const serviceAccountRow = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  subresources: ['token'],
  model: 'V1ServiceAccount',
  columns: [nameColumn, count('Secrets', account => account.secrets?.length ?? 0), ageColumn],
});
