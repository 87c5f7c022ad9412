/** A namespace, with what it may use. */
import type { LimitRange, Namespace, ResourceQuota } from '../../api/types.js';
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

const scopeTexts: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

function quotaLines(quotas: readonly ResourceQuota[]): string[] {
  if (quotas.length === 0) return ['No resource quota.'];
  const byName = [...quotas].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  return ['Resource Quotas', ...byName.flatMap(quota => oneQuota(quota).map(line => `  ${line}`))];
}

function oneQuota({ metadata, spec, status }: ResourceQuota): string[] {
  const scopes = [...(spec?.scopes ?? [])].sort();
  const { hard = {}, used = {} } = status ?? {};
  return [
    `Name:\t${metadata.name}`,
    ...(scopes.length > 0 ? [`Scopes:\t${scopes.join(', ')}`] : []),
    ...scopes.flatMap(scope => (scopeTexts[scope] ? [`* ${scopeTexts[scope]}`] : [])),
    'Resource\tUsed\tHard',
    '--------\t---\t---',
    ...Object.keys(hard)
      .sort()
      .map(name => `${name}\t${used[name] ?? '0'}\t${hard[name]}`),
  ];
}

function limitLines(limits: readonly LimitRange[]): string[] {
  if (limits.length === 0) return ['No LimitRange resource.'];
  const rows = limits.flatMap(({ spec }) =>
    (spec?.limits ?? []).flatMap(item => {
      const columns = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
      const names = [...new Set(columns.flatMap(column => Object.keys(column ?? {})))].sort();
      return names.map(name => [item.type, name, ...columns.map(column => column?.[name] ?? '-')]);
    }),
  );
  const headings = ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'];
  const dashes = headings.map(heading => '-'.repeat(heading.length));
  return ['Resource Limits', ...[headings, dashes, ...rows].map(row => ` ${row.join('\t')}`)];
}
