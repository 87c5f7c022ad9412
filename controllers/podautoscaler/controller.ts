/**
 * A HorizontalPodAutoscaler gives what it names (a deployment, say) as many pods as its metrics ask for: the most that
 * any of them asks for, within its bounds. It grows at once, and shrinks only when less has been enough for five minutes,
 * or as its behaviour says. While a metric is not known it may grow by the others, and never shrinks. Four times a
 * minute it is looked at anew; the conditions say what it sees, and what keeps it.
 */
import { isDeepStrictEqual } from 'node:util';
import { parseLabelSelector } from '../../api/selectors/index.js';
import type { HorizontalPodAutoscaler, Scale } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { horizontalPodAutoscalers, pods } from '../../client/resources.js';
import type { Context, Controller } from '../../client/runtime/controller.js';
import type { Discovered } from '../discovery.js';
import { nameOf } from '../keys.js';
import { except, isNotFound } from '../refusals.js';
import { asError } from '../slow-start.js';
import { limited, type Past, remembered } from './behavior.js';
import { type Answer, ask, MetricFailure } from './metrics.js';
import { Report } from './report.js';
import { MetricSources } from './sources.js';

const periodMs = 15_000;

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

export function podAutoscaler(client: Pick<Client, 'raw'>, served: readonly Discovered[]): Controller {
  const pasts = new Map<string, Past>();
  const world: World = { client, served, sources: new MetricSources(client), pasts };
  return {
    name: 'horizontal-pod-autoscaler',
    workers: 5,
    sources: [
      {
        resource: horizontalPodAutoscalers,
        keysFor: (now, before) => (now && sameSpec(now, before) ? [] : [keyOf(now ?? before)]),
      },
      { resource: pods, keysFor: () => [] },
    ],
    async reconcile(key, context) {
      const autoscaler = context.read.get(horizontalPodAutoscalers, nameOf(key));
      if (!autoscaler || autoscaler.metadata.deletionTimestamp) {
        pasts.delete(key);
        return undefined;
      }
      const report = new Report(autoscaler, context.clock.now());
      await autoscale(autoscaler, key, world, report, context);
      const { status } = report;
      if (!isDeepStrictEqual(status, autoscaler.status)) {
        await context.write.updateStatus(horizontalPodAutoscalers, { ...autoscaler, status }).catch(except(isNotFound));
      }
      return { requeueAfterMs: periodMs };
    },
  };
}

interface World {
  client: Pick<Client, 'raw'>;
  served: readonly Discovered[];
  sources: MetricSources;
  pasts: Map<string, Past>;
}

const keyOf = (object: HorizontalPodAutoscaler | undefined): string =>
  `${object?.metadata.namespace}/${object?.metadata.name}`;

/** Its own reports do not wake it. */
const sameSpec = (now: HorizontalPodAutoscaler, before: HorizontalPodAutoscaler | undefined): boolean =>
  before !== undefined && before.metadata.uid === now.metadata.uid && isDeepStrictEqual(now.spec, before.spec);

async function autoscale(
  autoscaler: HorizontalPodAutoscaler,
  key: string,
  world: World,
  report: Report,
  context: Context,
) {
  const target = await scaleOf(autoscaler, world, report, context);
  if (!target) return;
  const { resource, scale } = target;
  const current = scale.spec?.replicas ?? 0;
  const decision = await decide(autoscaler, key, scale, world, report, context);
  report.sizes(current, decision?.replicas ?? autoscaler.status?.desiredReplicas ?? current);
  if (!decision || decision.replicas === current) return;
  const { replicas, why } = decision;
  const { write, clock } = context;
  try {
    await write.update(resource, { ...scale, spec: { ...scale.spec, replicas } }, { subresource: 'scale' });
  } catch (error) {
    const { message } = asError(error);
    write.event(autoscaler, 'Warning', 'FailedRescale', `New size: ${replicas}; reason: ${why}; error: ${message}`);
    report.say(
      'AbleToScale',
      'False',
      'FailedUpdateScale',
      `the HPA controller was unable to update the target scale: ${message}`,
    );
    return;
  }
  const past = world.pasts.get(key) ?? { recommendations: [], changes: [] };
  world.pasts.set(key, { ...past, changes: [...past.changes, { at: clock.now(), by: replicas - current }] });
  report.say(
    'AbleToScale',
    'True',
    'SucceededRescale',
    `the HPA controller was able to update the target scale to ${replicas}`,
  );
  report.scaled();
  write.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`);
}

async function scaleOf(
  autoscaler: HorizontalPodAutoscaler,
  { client, served }: World,
  report: Report,
  { signal, write }: Context,
) {
  const { apiVersion = 'v1', kind, name } = (autoscaler.spec as Spec).scaleTargetRef;
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const { namespace = '' } = autoscaler.metadata;
  try {
    const found = served.find(one => one.group === group && one.kind === kind);
    if (!found) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
    const resource = { ...found, version } as unknown as Resource<Scale>;
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const { body } = await client.raw(`${root}/namespaces/${namespace}/${found.plural}/${name}/scale`, { signal });
    const scale = JSON.parse(body.toString('utf8')) as Scale;
    report.say(
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    return { resource, scale };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = asError(error);
    write.event(autoscaler, 'Warning', 'FailedGetScale', message);
    report.say(
      'AbleToScale',
      'False',
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${message}`,
    );
    return undefined;
  }
}

interface Decision {
  replicas: number;
  why: string;
}

/** Undefined when nothing can be said. */
async function decide(
  autoscaler: HorizontalPodAutoscaler,
  key: string,
  scale: Scale,
  world: World,
  report: Report,
  context: Context,
): Promise<Decision | undefined> {
  const spec = autoscaler.spec as Spec;
  const { minReplicas = 1, maxReplicas } = spec;
  const current = scale.spec?.replicas ?? 0;
  if (current === 0 && minReplicas !== 0) {
    report.say(
      'ScalingActive',
      'False',
      'ScalingDisabled',
      'scaling is disabled since the replica count of the target is zero',
    );
    return { replicas: 0, why: '' };
  }
  if (current > maxReplicas) return { replicas: maxReplicas, why: 'Current number of replicas above Spec.MaxReplicas' };
  if (current < minReplicas) return { replicas: minReplicas, why: 'Current number of replicas below Spec.MinReplicas' };
  const recommended = await recommend(autoscaler, scale, world, report, context);
  if (!recommended) return undefined;
  const now = context.clock.now();
  const past = world.pasts.get(key) ?? { recommendations: [], changes: [] };
  const verdict = limited(spec, current, recommended.replicas, past, now);
  world.pasts.set(key, remembered(past, recommended.replicas, now));
  report.verdict(verdict);
  const why = verdict.replicas > current ? `${recommended.name} above target` : 'All metrics below target';
  return { replicas: verdict.replicas, why };
}

/** The most that a metric asks for. One that is not known may be one that asks for more: then nothing shrinks. */
async function recommend(
  autoscaler: HorizontalPodAutoscaler,
  scale: Scale,
  { served, sources }: World,
  report: Report,
  { clock, read, signal, write }: Context,
): Promise<Answer | undefined> {
  const { namespace = '' } = autoscaler.metadata;
  const selector = scale.status?.selector ?? '';
  const { metrics = [] } = autoscaler.spec as Spec;
  if (selector === '') {
    write.event(autoscaler, 'Warning', 'SelectorRequired', 'selector is required');
    report.say('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
    return undefined;
  }
  const parsed = parseLabelSelector(selector);
  const scene = {
    namespace,
    selector,
    pods: read.list(pods, namespace).filter(({ metadata }) => parsed.matches(metadata.labels)),
    replicas: scale.spec?.replicas ?? 0,
    resourceOf: (apiVersion: string, kind: string) => resourceOf(served, apiVersion, kind),
    sources,
    now: clock.now(),
    signal,
  };
  const results = await Promise.allSettled(metrics.map(metric => ask(metric, scene)));
  signal.throwIfAborted();
  const answers = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap(result => (result.status === 'rejected' ? [result.reason as Error] : []));
  report.metrics(answers.map(({ status }) => status));
  const best = answers.reduce<Answer | undefined>(
    (most, one) => (most && most.replicas >= one.replicas ? most : one),
    undefined,
  );
  const [failure] = failures;
  if (failure && (!best || best.replicas < scene.replicas)) {
    const reason = failure instanceof MetricFailure ? failure.reason : 'FailedComputeMetricsReplicas';
    for (const one of failures)
      write.event(autoscaler, 'Warning', one instanceof MetricFailure ? one.reason : reason, one.message);
    const message = `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${failure.message}`;
    write.event(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', message);
    report.say('ScalingActive', 'False', reason, `the HPA was unable to compute the replica count: ${failure.message}`);
    return undefined;
  }
  if (best)
    report.say(
      'ScalingActive',
      'True',
      'ValidMetricFound',
      `the HPA was able to successfully calculate a replica count from ${best.name}`,
    );
  return best;
}

function resourceOf(served: readonly Discovered[], apiVersion: string, kind: string): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const found = served.find(one => one.group === group && one.kind === kind);
  return found && (group === '' ? found.plural : `${found.plural}.${group}`);
}
