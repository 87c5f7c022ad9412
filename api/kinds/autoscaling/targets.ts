/** The column TARGETS: of each metric, what is and what should be ('cpu: 30%/80%, 5/10 (avg)'). */
import { canonical } from '../../quantity.js';
import type { HorizontalPodAutoscaler } from '../../types.js';
import { none } from '../columns.js';
import type { Metric } from './metrics.js';

type Status = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];
type Target = NonNullable<Metric['resource']>['target'];
type Current = NonNullable<Status['resource']>['current'];

const most = 2;
const unknown = '<unknown>';

const amount = (text: string | undefined): string => (text === undefined ? unknown : canonical(text));

/** Each pod's share, or the whole. */
const shareOrWhole = (target: Target | undefined, current: Current | undefined): string =>
  target?.averageValue !== undefined
    ? `${amount(current?.averageValue)}/${amount(target.averageValue)} (avg)`
    : `${current ? amount(current.value ?? '0') : unknown}/${amount(target?.value ?? '0')}`;

function utilization(target: Target | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) {
    return `${current ? amount(current.averageValue ?? '0') : unknown}/${amount(target.averageValue)}`;
  }
  const percent = (value: number | undefined, otherwise: string): string =>
    value === undefined ? otherwise : `${value}%`;
  return `${percent(current?.averageUtilization, unknown)}/${percent(target?.averageUtilization, '<auto>')}`;
}

function textOf(metric: Metric, status: Status | undefined): string {
  switch (metric.type) {
    case 'External':
      return shareOrWhole(metric.external?.target, status?.external?.current);
    case 'Object':
      return shareOrWhole(metric.object?.target, status?.object?.current);
    case 'Pods': {
      const current = status?.pods?.current;
      return `${current ? amount(current.averageValue ?? '0') : unknown}/${amount(metric.pods?.target.averageValue ?? '0')}`;
    }
    case 'Resource':
      return `${metric.resource?.name}: ${utilization(metric.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource': {
      const { name } = metric.containerResource ?? {};
      return `${name}: ${utilization(metric.containerResource?.target, status?.containerResource?.current)}`;
    }
    default:
      return '<unknown type>';
  }
}

export function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return none;
  const texts = metrics.map((metric, index) => textOf(metric, status?.currentMetrics?.[index]));
  const more = texts.length > most ? ` + ${texts.length - most} more...` : '';
  return `${texts.slice(0, most).join(', ')}${more}`;
}
