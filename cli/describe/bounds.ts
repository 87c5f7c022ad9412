/** What limits others: budgets, quotas, limit ranges, and the classes of priority. */
import { selectorText } from '../../api/kinds/columns.js';
import type { LimitRange, PodDisruptionBudget, PriorityClass, ResourceQuota } from '../../api/types.js';
import { annotationText, named } from './metadata.js';
import { type Item, tableLines } from './text.js';

export function describeBudget(budget: PodDisruptionBudget): Item[] {
  const { spec, status } = budget;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = status ?? {};
  return [
    ...named(budget),
    spec?.minAvailable === undefined
      ? ['Max unavailable', String(spec?.maxUnavailable ?? '')]
      : ['Min available', String(spec.minAvailable)],
    ['Selector', spec?.selector ? selectorText(spec.selector) : '<unset>'],
    {
      heading: 'Status',
      step: 4,
      block: [
        ['Allowed disruptions', String(disruptionsAllowed)],
        ['Current', String(currentHealthy)],
        ['Desired', String(desiredHealthy)],
        ['Total', String(expectedPods)],
      ],
    },
  ];
}

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

/** `dashes` under the column of what is used: kubectl has one less within a namespace. */
function quotaLines({ spec, status }: ResourceQuota, bullet: string, dashes: string): Item[] {
  const scopes = [...(spec?.scopes ?? [])].sort();
  const { hard = {}, used = {} } = status ?? {};
  return [
    ...(scopes.length > 0 ? ([['Scopes', scopes.join(', ')]] as Item[]) : []),
    ...scopes.flatMap(scope => (scopeTexts[scope] ? [`${bullet} ${scopeTexts[scope]}`] : [])),
    'Resource\tUsed\tHard',
    `--------\t${dashes}\t${dashes}`,
    ...Object.keys(hard)
      .sort()
      .map(name => `${name}\t${used[name] ?? '0'}\t${hard[name]}`),
  ];
}

export const describeQuota = (quota: ResourceQuota): Item[] => [...named(quota), ...quotaLines(quota, ' *', '----')];

/** As a namespace tells it. */
export const quotaInNamespace = (quota: ResourceQuota): Item[] => [
  ['Name', quota.metadata.name ?? ''],
  ...quotaLines(quota, '*', '---'),
];

const limitHeadings = ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'];

export function limitTable(limits: readonly LimitRange[]): string[] {
  const rows = limits.flatMap(({ spec }) =>
    (spec?.limits ?? []).flatMap(item => {
      const columns = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
      const names = [...new Set(columns.flatMap(column => Object.keys(column ?? {})))].sort();
      return names.map(name => [item.type, name, ...columns.map(column => column?.[name] ?? '-')]);
    }),
  );
  return tableLines(limitHeadings, rows);
}

export const describeLimitRange = (range: LimitRange): Item[] => [...named(range), ...limitTable([range])];

export const describePriorityClass = (priority: PriorityClass): Item[] => [
  ...named(priority),
  ['Value', String(priority.value)],
  ['GlobalDefault', String(priority.globalDefault ?? false)],
  ['PreemptionPolicy', priority.preemptionPolicy ?? ''],
  ['Description', priority.description ?? ''],
  ['Annotations', annotationText(priority)],
];
