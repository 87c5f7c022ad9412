/** What each metric of an autoscaler says: how many pods it asks for, and what there is to report of it. */
import { format, parse } from '../../api/quantity.js';
import type { HorizontalPodAutoscaler, Pod } from '../../api/types.js';
import { asError } from '../slow-start.js';
import {
  byAverage,
  byShare,
  byTotal,
  byUtilization,
  grouped,
  type Proposal,
  requestsOf,
  servingOf,
  thousandths,
} from './replicas.js';
import type { MetricSources } from './sources.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
export type Metric = NonNullable<Spec['metrics']>[number];
export type MetricStatus = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

export interface Scene {
  namespace: string;
  selector: string;
  /** Those that the selector means. */
  pods: readonly Pod[];
  /** How many there are meant to be. */
  replicas: number;
  /** 'ingresses.networking.k8s.io' of a kind; undefined for an unknown one. */
  resourceOf(apiVersion: string, kind: string): string | undefined;
  sources: MetricSources;
  now: number;
  signal: AbortSignal;
}

export interface Answer {
  replicas: number;
  /** 'cpu resource utilization (percentage of request)' */
  name: string;
  status: MetricStatus;
}

export class MetricFailure extends Error {
  constructor(
    /** 'FailedGetResourceMetric' */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Throws MetricFailure. */
export async function ask(metric: Metric, scene: Scene): Promise<Answer> {
  const { what, reason, of } = kinds[metric.type] ?? unknown;
  try {
    return await of(metric, scene);
  } catch (error) {
    throw new MetricFailure(reason, `failed to get ${what(metric)}: ${asError(error).message}`);
  }
}

interface Kind {
  what(metric: Metric): string;
  reason: string;
  of(metric: Metric, scene: Scene): Promise<Answer>;
}

const kinds: Record<string, Kind> = {
  Resource: {
    what: ({ resource }) => `${resource?.name} ${resource?.target.type === 'Utilization' ? 'utilization' : 'usage'}`,
    reason: 'FailedGetResourceMetric',
    of: (metric, scene) => ofResource(metric, scene, metric.resource as Measured, undefined),
  },
  ContainerResource: {
    what: ({ containerResource }) => `${containerResource?.name} container utilization`,
    reason: 'FailedGetContainerResourceMetric',
    of: (metric, scene) =>
      ofResource(metric, scene, metric.containerResource as Measured, metric.containerResource?.container),
  },
  Pods: { what: () => 'pods metric value', reason: 'FailedGetPodsMetric', of: ofPods },
  Object: { what: () => 'object metric value', reason: 'FailedGetObjectMetric', of: ofObject },
  External: {
    what: ({ external }) => `${external?.metric.name} external metric value`,
    reason: 'FailedGetExternalMetric',
    of: ofExternal,
  },
};

const unknown: Kind = {
  what: () => 'metric value',
  reason: 'InvalidMetricSourceType',
  of: metric => Promise.reject(new Error(`unknown metric source type "${metric.type}"`)),
};

interface Measured {
  name: string;
  target: { type: string; averageUtilization?: number; averageValue?: string; value?: string };
}

const quantity = (inThousandths: number): string => format(parse(`${Math.round(inThousandths)}m`));

async function ofResource(
  metric: Metric,
  scene: Scene,
  { name, target }: Measured,
  container: string | undefined,
): Promise<Answer> {
  const { namespace, now, pods, replicas, selector, signal, sources } = scene;
  const samples = await sources.resource(namespace, selector, name, container, signal);
  const groups = grouped(pods, samples, name === 'cpu', now);
  const place = container ? `container resource ${container}/${name}` : `${name} resource`;
  const shown = (current: object): MetricStatus =>
    container
      ? { type: metric.type, containerResource: { name, container, current } }
      : { type: metric.type, resource: { name, current } };
  if (target.averageValue !== undefined) {
    const { replicas: wanted, current } = byAverage(groups, thousandths(target.averageValue), replicas);
    return { replicas: wanted, name: place, status: shown({ averageValue: quantity(current) }) };
  }
  const requests = requestsOf(pods, name, container);
  const proposal = byUtilization(groups, requests, target.averageUtilization ?? 80, replicas);
  const current = { averageUtilization: proposal.current, averageValue: quantity(proposal.average) };
  return { replicas: proposal.replicas, name: `${place} utilization (percentage of request)`, status: shown(current) };
}

async function ofPods(metric: Metric, scene: Scene): Promise<Answer> {
  const { metric: identity, target } = metric.pods as NonNullable<Metric['pods']>;
  const { namespace, selector, signal, sources } = scene;
  const samples = await sources.pods(namespace, selector, identity.name, identity.selector, signal);
  const groups = grouped(scene.pods, samples, false, scene.now);
  const { replicas, current } = byAverage(groups, thousandths(target.averageValue ?? '0'), scene.replicas);
  const status = { type: metric.type, pods: { metric: identity, current: { averageValue: quantity(current) } } };
  return { replicas, name: `pods metric ${identity.name}`, status };
}

async function ofObject(metric: Metric, scene: Scene): Promise<Answer> {
  const { describedObject, metric: identity, target } = metric.object as NonNullable<Metric['object']>;
  const { apiVersion = 'v1', kind, name } = describedObject;
  const resource = scene.resourceOf(apiVersion, kind);
  if (!resource) throw new Error(`the server does not serve ${apiVersion} ${kind}`);
  const total = await scene.sources.object(
    scene.namespace,
    resource,
    name,
    identity.name,
    identity.selector,
    scene.signal,
  );
  const { proposal, current } = ofSum(total, target, scene);
  const status = { type: metric.type, object: { describedObject, metric: identity, current } };
  return { replicas: proposal.replicas, name: `${kind} metric ${identity.name}`, status };
}

async function ofExternal(metric: Metric, scene: Scene): Promise<Answer> {
  const { metric: identity, target } = metric.external as NonNullable<Metric['external']>;
  const total = await scene.sources.external(scene.namespace, identity.name, identity.selector, scene.signal);
  const { proposal, current } = ofSum(total, target, scene);
  const status = { type: metric.type, external: { metric: identity, current } };
  return { replicas: proposal.replicas, name: `external metric ${identity.name}`, status };
}

function ofSum(
  total: number,
  target: { value?: string; averageValue?: string },
  { pods, replicas }: Scene,
): { proposal: Proposal; current: object } {
  if (target.averageValue !== undefined) {
    const proposal = byShare(total, thousandths(target.averageValue), replicas);
    return { proposal, current: { averageValue: quantity(proposal.current) } };
  }
  const proposal = byTotal(total, thousandths(target.value ?? '0'), replicas, servingOf(pods));
  return { proposal, current: { value: quantity(total) } };
}
