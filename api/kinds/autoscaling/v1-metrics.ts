/** Metrics as autoscaling/v1 writes them into annotations: the same facts under flat, older names. */
import type { HorizontalPodAutoscaler } from '../../types.js';
import type { Metric } from './metrics.js';

type Json = Record<string, unknown>;
type Status = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];
type Value = { value?: string; averageValue?: string; averageUtilization?: number };
type Source = Value & {
  metric?: { name?: string; selector?: unknown };
  name?: string;
  container?: string;
  object?: unknown;
};

/** 'target' in specs, 'current' in statuses: the first half of a name ('targetAverageValue'). */
type Half = 'target' | 'current';

const defined = (fields: Json): Json => Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined));

/** The flat source of a metric type, and where its names stand. */
function flat(field: string, source: Source, half: Half): Json {
  const { value, averageValue, averageUtilization } = source;
  const { name, selector } = source.metric ?? {};
  switch (field) {
    case 'resource':
    case 'containerResource':
      return defined({
        name: source.name,
        container: source.container,
        [`${half}AverageUtilization`]: averageUtilization,
        [`${half}AverageValue`]: averageValue,
      });
    case 'pods':
      return defined({ metricName: name, [`${half}AverageValue`]: averageValue, selector });
    case 'object':
      return defined({
        target: source.object,
        metricName: name,
        [`${half}Value`]: value ?? '0',
        selector,
        averageValue,
      });
    default:
      return defined({
        metricName: name,
        metricSelector: selector,
        [`${half}Value`]: value,
        [`${half}AverageValue`]: averageValue,
      });
  }
}

interface Parts extends Value {
  name: unknown;
  container: unknown;
  selector: unknown;
  metricName: unknown;
  object: unknown;
}

const asText = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

/** What a flat source says, by today's names. */
function parts(field: string, given: Json, half: Half): Parts {
  const utilization = given[`${half}AverageUtilization`];
  const average = field === 'object' ? given.averageValue : given[`${half}AverageValue`];
  const whole = given[`${half}Value`];
  return {
    name: given.name,
    container: given.container,
    selector: given.selector ?? given.metricSelector,
    metricName: given.metricName,
    object: given.target,
    // An object's value is always written there, and is nothing beside an average.
    ...(whole !== undefined && !(field === 'object' && average !== undefined && half === 'target')
      ? { value: asText(whole) as string }
      : {}),
    ...(average === undefined ? {} : { averageValue: asText(average) as string }),
    ...(typeof utilization === 'number' ? { averageUtilization: utilization } : {}),
  };
}

const fieldOf = (type: unknown): string => {
  const text = String(type);
  return text.charAt(0).toLowerCase() + text.slice(1);
};

function typed({ value, averageValue, averageUtilization }: Value): Json {
  const type = averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value';
  return defined({ type, value, averageValue, averageUtilization });
}

function nested(field: string, given: Json, half: Half): Json {
  const { name, container, selector, metricName, object, ...values } = parts(field, given, half);
  const amount = half === 'target' ? typed(values) : defined({ ...values });
  if (field === 'resource' || field === 'containerResource') return defined({ name, container, [half]: amount });
  return defined({ describedObject: object, metric: defined({ name: metricName, selector }), [half]: amount });
}

function sourceOf(metric: Metric | Status, half: Half): [field: string, source: Source] {
  const field = fieldOf(metric.type);
  const found = ((metric as unknown as Json)[field] ?? {}) as Json;
  const { describedObject, metric: identifier, name, container } = found;
  const values = (found[half] ?? {}) as Value;
  return [field, defined({ ...values, metric: identifier, name, container, object: describedObject }) as Source];
}

export function metricToV1(metric: Metric): Json {
  const [field, source] = sourceOf(metric, 'target');
  return { type: metric.type, [field]: flat(field, source, 'target') };
}

export function statusToV1(status: Status): Json {
  const [field, source] = sourceOf(status, 'current');
  return { type: status.type, [field]: flat(field, source, 'current') };
}

export function metricFromV1(metric: Json): Metric {
  const field = fieldOf(metric.type);
  return { type: metric.type, [field]: nested(field, (metric[field] ?? {}) as Json, 'target') } as unknown as Metric;
}

export function statusFromV1(status: Json): Status {
  const field = fieldOf(status.type);
  return { type: status.type, [field]: nested(field, (status[field] ?? {}) as Json, 'current') } as unknown as Status;
}
