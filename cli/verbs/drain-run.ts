/** What `drain` does (see drain.ts for its flags): cordon, choose the pods, take them away, wait until they are gone. */
import { systemClock } from '../../api/clock.js';
import { parseLabelSelector } from '../../api/selectors/labels.js';
import type { Node, Pod } from '../../api/types.js';
import { daemonSets, pods as podResource } from '../../client/resources.js';
import { Failure } from '../failure.js';
import {
  type DaemonSetAnswer,
  type DrainPlan,
  type DrainRules,
  daemonSetOf,
  planFrom,
  verdictOn,
} from '../objects/drainable.js';
import { isNotFound } from '../objects/fetch.js';
import { namedNodes } from '../objects/named-nodes.js';
import { type Session, withSession } from '../session.js';
import { cordonAll } from './cordon-run.js';
import type { DrainFlags } from './drain.js';
import { type Leaving, PodRemoval } from './drain-pods.js';

export function drainNodes(names: readonly string[], flags: DrainFlags): Promise<void> {
  requireSelector(flags.podSelector);
  return withSession(flags, async session => {
    const nodes = await namedNodes(session, 'drain', names, flags.selector);
    await cordonAll(session, 'cordon', nodes, flags.dryRun);
    const errors = new Map<string, readonly string[]>();
    for (const { metadata } of nodes) {
      const name = metadata.name ?? '';
      const wrong = await drainOne(session, name, flags);
      if (wrong.length === 0) {
        process.stdout.write(`node/${name} drained${suffix(flags)}\n`);
        continue;
      }
      errors.set(name, wrong);
      process.stderr.write(
        `error: unable to drain node "${name}" due to error: ${together(wrong)}, continuing command...\n`,
      );
    }
    if (errors.size > 0) sayPending(nodes, errors);
  });
}

const suffix = ({ dryRun }: DrainFlags): string =>
  dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';

function requireSelector(text: string | undefined): void {
  try {
    if (text !== undefined) parseLabelSelector(text);
  } catch {
    throw new Failure('--pod-selector=<pod_selector> must be a valid label selector');
  }
}

/** As Go prints several errors. */
const together = (errors: readonly string[]): string =>
  errors.length > 1 ? `[${errors.join(', ')}]` : (errors[0] ?? '');

function sayPending(nodes: readonly Node[], errors: ReadonlyMap<string, readonly string[]>): void {
  const names = nodes.map(({ metadata }) => metadata.name ?? '').filter(name => errors.has(name));
  const lines = [
    'There are pending nodes to be drained:',
    ...names.map(name => ` ${name}`),
    ...[...errors.values()].flat(),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = 1;
}

/** Answers what went wrong. */
async function drainOne(session: Session, node: string, flags: DrainFlags): Promise<readonly string[]> {
  const plan = await planFor(session, node, flags);
  if (plan.errors.length > 0) return plan.errors;
  if (plan.warning !== '') process.stderr.write(`Warning: ${plan.warning}\n`);
  if (flags.dryRun === 'client') {
    for (const { metadata } of plan.take)
      process.stdout.write(`evicting pod ${metadata.namespace}/${metadata.name} (dry run)\n`);
    return [];
  }
  const wrong = await new PodRemoval(session.client, leavingBy(flags), systemClock).removeAll(plan.take);
  if (wrong.length > 0) {
    const pending = (await planFor(session, node, flags)).take;
    if (pending.length > 0) {
      const lines = pending.map(({ metadata }) => `pod/${metadata.name}`);
      const said = `There are pending pods in node "${node}" when an error occurred: ${together(wrong)}`;
      process.stderr.write(`${[said, ...lines].join('\n')}\n`);
    }
  }
  return wrong;
}

const leavingBy = (flags: DrainFlags): Leaving => ({
  evict: !flags.disableEviction,
  dryRun: flags.dryRun === 'server',
  timeoutMs: flags.timeout ?? 0,
  skipAfterMs: 1000 * (flags.skipWaitForDeleteTimeout ?? 0),
  ...(flags.gracePeriod !== undefined && flags.gracePeriod >= 0 ? { gracePeriodSeconds: flags.gracePeriod } : {}),
});

async function planFor({ client }: Session, node: string, flags: DrainFlags): Promise<DrainPlan> {
  const selection = { fieldSelector: `spec.nodeName=${node}` };
  const { items } = await client.list(podResource, {
    ...selection,
    ...(flags.podSelector === undefined ? {} : { labelSelector: flags.podSelector }),
  });
  const rules: DrainRules = {
    force: flags.force ?? false,
    ignoreDaemonSets: flags.ignoreDaemonsets ?? false,
    deleteEmptyDirData: flags.deleteEmptydirData ?? false,
    skipAfterMs: 1000 * (flags.skipWaitForDeleteTimeout ?? 0),
  };
  const now = systemClock.now();
  return planFrom(
    await Promise.all(
      items.map(async pod => ({ pod, verdict: verdictOn(pod, rules, await daemonSetFor(client, pod), now) })),
    ),
  );
}

async function daemonSetFor(client: Session['client'], pod: Pod): Promise<DaemonSetAnswer | undefined> {
  const name = daemonSetOf(pod);
  if (name === undefined) return undefined;
  const { namespace = '' } = pod.metadata;
  return client.get(daemonSets, { namespace, name }).then(
    () => ({ there: true }),
    error => ({ there: false, notFound: isNotFound(error), message: (error as Error).message }),
  );
}
