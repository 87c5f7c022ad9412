import type { ComponentStatus } from '../types.js';
import { nameColumn, text } from './columns.js';
import { defineKind } from './define.js';

const healthOf = (component: ComponentStatus) => component.conditions?.find(({ type }) => type === 'Healthy');

function statusOf(component: ComponentStatus): string {
  const health = healthOf(component);
  if (!health) return 'Unknown';
  return health.status === 'True' ? 'Healthy' : 'Unhealthy';
}

/** Never stored: it is asked, and the server looks (apiserver/registry/components.ts). */
export const componentStatusRow = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  model: 'V1ComponentStatus',
  columns: [
    nameColumn,
    text('Status', statusOf),
    text('Message', component => healthOf(component)?.message ?? ''),
    text('Error', component => healthOf(component)?.error ?? ''),
  ],
});
