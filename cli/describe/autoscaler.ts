/** Autoscalers: each metric as it is and as it should be. */
import type { HorizontalPodAutoscaler } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import { type Item, longTime, tableLines } from './text.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Metric = NonNullable<Spec['metrics']>[number];
type Current = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

export function describeAutoscaler(autoscaler: HorizontalPodAutoscaler): Item[] {
  const { spec, status } = autoscaler;
  const { kind, name } = spec?.scaleTargetRef ?? {};
  const rows = (status?.conditions ?? []).map(({ type, status, reason, message }) => [
    type,
    status,
    reason ?? '',
    message ?? '',
  ]);
  return [
    ...named(autoscaler),
    ...labelled(autoscaler),
    ['CreationTimestamp', longTime(autoscaler.metadata.creationTimestamp)],
    ['Reference', `${kind}/${name}`],
    ['Metrics', '( current / target )'],
    ...(spec?.metrics ?? []).map((metric, index): Item => {
      const [what, amounts] = metricText(metric, status?.currentMetrics?.[index]);
      return [`  ${what}`, amounts];
    }),
    ['Min replicas', String(spec?.minReplicas ?? '<unset>')],
    ['Max replicas', String(spec?.maxReplicas)],
    ...(spec?.behavior ? [behavior(spec.behavior)] : []),
    [`${kind} pods`, `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`],
    ...(rows.length > 0
      ? [{ heading: 'Conditions', block: tableLines(['Type', 'Status', 'Reason', 'Message'], rows) }]
      : []),
  ];
}

interface Target {
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

const unknown = '<unknown>';

/** What is measured, and '10 / 20'. */
function metricText(metric: Metric, current: Current | undefined): [what: string, amounts: string] {
  if (metric.external) {
    const { metric: of, target } = metric.external;
    const kind = target.averageValue === undefined ? 'target value' : 'target average value';
    return [`"${of.name}" (${kind})`, amounts(target, current?.external?.current)];
  }
  if (metric.pods) return [`"${metric.pods.metric.name}" on pods`, amounts(metric.pods.target, current?.pods?.current)];
  if (metric.object) {
    const { metric: of, target, describedObject } = metric.object;
    const kind = target.type === 'AverageValue' ? 'target average value' : 'target value';
    const what = `"${of.name}" on ${describedObject.kind}/${describedObject.name} (${kind})`;
    return [what, amounts(target, current?.object?.current)];
  }
  if (metric.containerResource) {
    const { name, container, target } = metric.containerResource;
    return resource(`${name} of container "${container}"`, target, current?.containerResource?.current);
  }
  if (metric.resource) return resource(metric.resource.name, metric.resource.target, current?.resource?.current);
  return [`<unknown metric type "${metric.type}">`, ''];
}

function amounts(target: Target, now: Target | undefined): string {
  return target.averageValue === undefined
    ? `${now?.value ?? unknown} / ${target.value ?? unknown}`
    : `${now?.averageValue ?? unknown} / ${target.averageValue}`;
}

function resource(name: string, target: Target, now: Target | undefined): [what: string, amounts: string] {
  const what = `resource ${name} on pods`;
  if (target.averageValue !== undefined) return [what, amounts(target, now)];
  const used = now?.averageUtilization === undefined ? unknown : `${now.averageUtilization}% (${now.averageValue})`;
  const wanted = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return [`${what}  (as a percentage of request)`, `${used} / ${wanted}`];
}

function behavior({ scaleUp, scaleDown }: NonNullable<Spec['behavior']>): Item {
  return { heading: 'Behavior', block: [...direction('Scale Up', scaleUp), ...direction('Scale Down', scaleDown)] };
}

function direction(heading: string, rules: Rules | undefined): Item[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window, policies = [], selectPolicy = 'Max' } = rules;
  const block: Item[] = [
    ...(window === undefined ? [] : [`Stabilization Window: ${window} seconds`]),
    ...(policies.length === 0 ? [] : [`Select Policy: ${selectPolicy}`, 'Policies:']),
    ...policies.map(
      ({ type, value, periodSeconds }) => `  - Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds`,
    ),
  ];
  return [{ heading, block }];
}
