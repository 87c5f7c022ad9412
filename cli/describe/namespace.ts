/** A namespace, with what it may use. */
import type { LimitRange, Namespace, ResourceQuota } from '../../api/types.js';
import { limitTable, quotaInNamespace } from './bounds.js';
import { labelled } from './metadata.js';
import type { Item } from './text.js';

export const describeNamespace = (
  namespace: Namespace,
  quotas: readonly ResourceQuota[] | undefined,
  limits: readonly LimitRange[] | undefined,
): Item[] => [
  ['Name', namespace.metadata.name ?? ''],
  ...labelled(namespace),
  ['Status', namespace.status?.phase ?? ''],
  ...(quotas ? ['', ...quotaLines(quotas)] : []),
  ...(limits ? ['', ...limitLines(limits)] : []),
];

function quotaLines(quotas: readonly ResourceQuota[]): Item[] {
  if (quotas.length === 0) return ['No resource quota.'];
  const byName = [...quotas].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  return ['Resource Quotas', ...byName.flatMap(quotaInNamespace).map(indented)];
}

const indented = (item: Item): Item =>
  typeof item === 'string' ? `  ${item}` : Array.isArray(item) ? [`  ${item[0]}`, item[1]] : item;

function limitLines(limits: readonly LimitRange[]): string[] {
  if (limits.length === 0) return ['No LimitRange resource.'];
  return ['Resource Limits', ...limitTable(limits).map(line => ` ${line}`)];
}
