import type { Service } from '../../types.js';
import { defineKind } from '../define.js';
import { keepSpec } from '../strategy.js';
import { columns } from './columns.js';
import { defaults } from './defaults.js';
import { prepareUpdate, validateUpdate } from './update.js';
import { validate } from './validate.js';

export const serviceRow = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  subresources: ['status', 'proxy'],
  model: 'V1Service',
  nameRule: 'dns1035Label',
  columns,
  fields: service => ({ 'spec.clusterIP': service.spec?.clusterIP ?? '', 'spec.type': service.spec?.type ?? '' }),
  defaults,
  prepareCreate(service) {
    service.status = { loadBalancer: {} };
  },
  prepareUpdate,
  prepareStatusUpdate: keepSpec,
  validate,
  validateUpdate,
});
