/**
 * autoscaling/v1: one number, the use of CPU. All else that an autoscaler says, or is told, stands in annotations there,
 * in JSON, so that nothing is lost on the way through it.
 */
import { fill, isObject } from '../../json.js';
import type { AnyObject, HorizontalPodAutoscaler, HorizontalPodAutoscalerV1 } from '../../types.js';
import { storedAs } from '../conversion.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import type { Metric } from './metrics.js';
import { horizontalPodAutoscalerRow } from './row.js';
import { metricFromV1, metricToV1, statusFromV1, statusToV1 } from './v1-metrics.js';

const prefix = 'autoscaling.alpha.kubernetes.io/';
const annotations = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
} as const;

const isCpu = (metric: Metric): boolean =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target.averageUtilization !== undefined;

type Status = NonNullable<HorizontalPodAutoscaler['status']>;
type CurrentMetric = NonNullable<Status['currentMetrics']>[number];

function fromStorage(object: AnyObject): void {
  const { spec, status, metadata } = object as unknown as HorizontalPodAutoscaler;
  const { metrics = [], behavior, ...rest } = spec ?? ({} as NonNullable<typeof spec>);
  const { currentMetrics = [], conditions = [], ...others } = status ?? ({} as Status);
  const cpu = metrics.find(isCpu);
  const cpuStatus = currentMetrics?.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu');
  const said: Record<string, unknown> = {
    [annotations.metrics]: metrics.filter(metric => metric !== cpu).map(metricToV1),
    [annotations.currentMetrics]: (currentMetrics ?? []).map(statusToV1),
    [annotations.conditions]: conditions ?? [],
  };
  const kept = Object.entries(said).filter(([, list]) => (list as unknown[]).length > 0);
  if (behavior) kept.push([annotations.behavior, behavior]);
  if (kept.length > 0) {
    metadata.annotations = {
      ...metadata.annotations,
      ...Object.fromEntries(kept.map(([name, value]) => [name, JSON.stringify(value)])),
    };
  }
  const target = cpu?.resource?.target.averageUtilization;
  const current = cpuStatus?.resource?.current.averageUtilization;
  object.spec = { ...rest, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) };
  object.status = {
    currentReplicas: 0,
    ...others,
    ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
  };
}

/** What an annotation holds, and the annotation is gone; undefined for what is no JSON. */
function taken(object: AnyObject, name: string): unknown {
  const text = object.metadata.annotations?.[name];
  if (text === undefined) return undefined;
  delete object.metadata.annotations?.[name];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const listIn = (object: AnyObject, name: string): Record<string, unknown>[] => {
  const value = taken(object, name);
  return Array.isArray(value) ? value.filter(isObject) : [];
};

function toStorage(object: AnyObject): void {
  const { spec, status } = object as unknown as HorizontalPodAutoscalerV1;
  const { targetCPUUtilizationPercentage: target, ...rest } = spec ?? ({} as NonNullable<typeof spec>);
  const { currentCPUUtilizationPercentage: current, ...others } = status ?? ({} as NonNullable<typeof status>);
  const cpu: Metric = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target ?? 0 } },
  };
  const metrics = [...(target === undefined ? [] : [cpu]), ...listIn(object, annotations.metrics).map(metricFromV1)];
  const behavior = taken(object, annotations.behavior);
  const currentMetrics = listIn(object, annotations.currentMetrics).map(statusFromV1) as unknown as CurrentMetric[];
  if (current !== undefined && currentMetrics.length === 0) {
    const value = { averageUtilization: current, averageValue: '0' };
    currentMetrics.push({ type: 'Resource', resource: { name: 'cpu', current: value } });
  }
  const conditions = listIn(object, annotations.conditions);
  object.spec = { ...rest, ...(metrics.length > 0 ? { metrics } : {}), ...(isObject(behavior) ? { behavior } : {}) };
  object.status = {
    ...others,
    ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  horizontalPodAutoscalerRow.defaults?.(object);
}

const name = { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' };

/** Columns and rules are those of v2: the server shows and judges what is stored. */
const { columns } = horizontalPodAutoscalerRow;

export const horizontalPodAutoscalerV1Row = {
  ...defineKind<HorizontalPodAutoscalerV1>({
    ...name,
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: ['status'],
    model: 'V1HorizontalPodAutoscaler',
    defaults(autoscaler) {
      fill(autoscaler, 'status', { currentReplicas: 0, desiredReplicas: 0 });
      if (autoscaler.spec) fill(autoscaler.spec, 'minReplicas', 1);
    },
    prepareCreate(autoscaler) {
      autoscaler.status = { currentReplicas: 0, desiredReplicas: 0 };
    },
    prepareUpdate: keepStatus,
    prepareStatusUpdate: keepSpec,
    validate: autoscaler => {
      const stored = structuredClone(autoscaler) as unknown as AnyObject;
      toStorage(stored);
      return horizontalPodAutoscalerRow.validate?.(stored) ?? [];
    },
  }),
  columns: columns.map(column => ({
    ...column,
    cell(object: AnyObject, now: number) {
      const stored = structuredClone(object);
      toStorage(stored);
      return column.cell(stored, now);
    },
  })),
  conversion: storedAs(horizontalPodAutoscalerRow, name, { toStorage, fromStorage }),
};
