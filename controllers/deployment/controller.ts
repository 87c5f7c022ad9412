/**
 * A Deployment promises that so many pods of its template run, and that a change of the template reaches them without
 * more of them missing, or more of them running, than it allows. Each template has a ReplicaSet: a rollout lets the new
 * one grow and the old ones shrink, in turns, as pods become available. Old ones are kept empty for those who want to go
 * back. ReplicaSets that match and that nothing controls are adopted. The status says how far it got, and since when.
 */
import { isDeepStrictEqual } from 'node:util';
import { semanticEqual } from '../../api/json.js';
import { StatusError } from '../../api/status.js';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../api/types.js';
import { deployments, pods, replicaSets } from '../../client/resources.js';
import type { Context, Controller, Outcome, Reader, Writer } from '../../client/runtime/controller.js';
import { named, nameOf, ownKey } from '../keys.js';
import { claim } from '../owned.js';
import { ownerIndexes } from '../ownership.js';
import { controllerOf, isTerminating, matchesSelector } from '../pod-state.js';
import { except, isNamespaceGoing, isNotFound } from '../refusals.js';
import { asError } from '../slow-start.js';
import { type Plan, planFor } from './plan.js';
import { newestOf, revisionAnnotation, sizeAnnotations } from './replicasets.js';
import { sizeOf } from './rollout.js';
import { deadlineOf, type News, statusOf } from './status.js';

export const deploymentController: Controller = {
  name: 'deployment-controller',
  workers: 5,
  sources: [
    { resource: deployments, keysFor: ownKey },
    {
      resource: replicaSets,
      keysFor: (now, before, read) => [before, now].flatMap(set => (set ? deploymentsFor(set, read) : [])),
      indexes: ownerIndexes,
    },
    {
      // A deployment that recreates waits for the last of its old pods.
      resource: pods,
      keysFor: (now, before, read) => (now || !before ? [] : deploymentsOfPod(before, read)),
      indexes: { controller: ownerIndexes.controller },
    },
  ],

  async reconcile(key, context) {
    const { read, write } = context;
    const deployment = read.get(deployments, nameOf(key));
    if (!deployment) return undefined;
    const sets = await claimed(deployment, read, write);
    const plan = planFor(deployment, sets, set => read.byIndex(pods, 'controller', set.metadata.uid ?? ''));
    return carryOut(deployment, sets, plan, context);
  },
};

function deploymentsFor(set: ReplicaSet, read: Reader): string[] {
  const owner = controllerOf(set);
  const { namespace = '' } = set.metadata;
  if (owner) return owner.kind === 'Deployment' ? [`${namespace}/${owner.name}`] : [];
  const here = read.list(deployments, namespace);
  return here.filter(of => matches(of, set)).map(({ metadata }) => `${namespace}/${metadata.name}`);
}

function deploymentsOfPod(pod: Pod, read: Reader): string[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return [];
  const { namespace = '' } = pod.metadata;
  const set = read.get(replicaSets, { namespace, name: owner.name });
  return set ? deploymentsFor(set, read) : [];
}

const matches = (deployment: Deployment, set: KubeObject): boolean =>
  matchesSelector(deployment.spec?.selector, set.metadata.labels);

/** The deployment's ReplicaSets, once it has adopted what matches and let go of what does not any more. */
async function claimed(deployment: Deployment, read: Reader, write: Writer): Promise<ReplicaSet[]> {
  const mine = read.byIndex(replicaSets, 'controller', deployment.metadata.uid ?? '');
  const leaving = isTerminating(deployment);
  const orphans = leaving ? [] : read.byIndex(replicaSets, 'orphans', deployment.metadata.namespace ?? '');
  const adopt = orphans.filter(set => !isTerminating(set) && matches(deployment, set));
  const release = leaving ? [] : mine.filter(set => !matches(deployment, set));
  await claim(replicaSets, { adopt, release }, deployments, deployment, write);
  return [...mine.filter(set => matches(deployment, set)), ...adopt];
}

async function carryOut(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  plan: Plan,
  context: Context,
): Promise<Outcome> {
  const { write, clock } = context;
  const news: News = {};
  let newest = plan.newest;
  if (plan.create) {
    const outcome = await create(deployment, plan.create, write);
    if (outcome === 'collision') return undefined;
    if (outcome instanceof Error) {
      const message = `Failed to create new replica set "${plan.create.metadata.name}": ${outcome.message}`;
      news.failure = { reason: 'ReplicaSetCreateError', message };
    } else {
      newest = outcome;
      news.found = { reason: 'NewReplicaSetCreated', name: outcome.metadata.name ?? '' };
    }
  }
  await resize(deployment, plan, write);
  for (const set of plan.delete) {
    await write.delete(replicaSets, named(set), { preconditions: { uid: set.metadata.uid ?? '' } });
  }
  const all = newest && !sets.includes(newest) ? [...sets, newest] : sets;
  const status = statusOf({ deployment, newest, all, bounds: plan.bounds, now: clock.now(), news });
  await report(deployment, { ...deployment, status }, news.failure ? undefined : plan.revision, write);
  if (news.failure) throw new Error(news.failure.message);
  const deadline = deadlineOf(deployment, status);
  return deadline === undefined ? undefined : { requeueAfterMs: Math.max(1, deadline - clock.now()) };
}

/** The ReplicaSet as it was made or, where it had been made before, as it is; an Error that the deployment must tell. */
async function create(
  deployment: Deployment,
  set: ReplicaSet,
  write: Writer,
): Promise<ReplicaSet | Error | 'collision'> {
  try {
    const created = await write.create(replicaSets, set);
    write.event(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled up replica set ${set.metadata.name} from 0 to ${sizeOf(set)}`,
    );
    return created;
  } catch (thrown) {
    const error = asError(thrown);
    if (thrown instanceof StatusError && thrown.reason === 'AlreadyExists') return taken(deployment, set, error, write);
    if (isNamespaceGoing(error)) throw error;
    write.event(
      deployment,
      'Warning',
      'ReplicaSetCreateError',
      `Failed to create new replica set "${set.metadata.name}": ${error.message}`,
    );
    return error;
  }
}

/** The name is taken: by an earlier try of ours, or by another template with the same hash, which the next try counts. */
async function taken(
  deployment: Deployment,
  set: ReplicaSet,
  error: Error,
  write: Writer,
): Promise<ReplicaSet | Error | 'collision'> {
  const found = await write.getLive(replicaSets, named(set));
  if (!found) return error;
  const ours = controllerOf(found)?.uid === deployment.metadata.uid;
  if (ours && newestOf(deployment, [found])) return found;
  const status = { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 };
  await write.updateStatus(deployments, { ...deployment, status });
  return 'collision';
}

async function resize(deployment: Deployment, { newest, refresh, sizes, bounds }: Plan, write: Writer): Promise<void> {
  if (newest && refresh && !sizes.has(newest)) await write.update(replicaSets, refresh);
  for (const [set, size] of sizes) {
    const base = set === newest && refresh ? refresh : set;
    const annotations = {
      ...base.metadata.annotations,
      ...sizeAnnotations(bounds.replicas, bounds.replicas + bounds.maxSurge),
    };
    const before = sizeOf(set);
    if (base === set && before === size && semanticEqual(annotations, set.metadata.annotations)) continue;
    const spec = { ...(base.spec as NonNullable<ReplicaSet['spec']>), replicas: size };
    await write.update(replicaSets, { ...base, metadata: { ...base.metadata, annotations }, spec });
    if (before === size) continue;
    const way = size > before ? 'up' : 'down';
    const said = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${size}`;
    write.event(deployment, 'Normal', 'ScalingReplicaSet', said);
  }
}

/** The revision travels with the status: as an update of the object it would count as a new generation. */
async function report(before: Deployment, now: Deployment, revision: bigint | undefined, write: Writer): Promise<void> {
  const annotations = { ...before.metadata.annotations };
  if (revision !== undefined) annotations[revisionAnnotation] = String(revision);
  if (isDeepStrictEqual(now.status, before.status) && semanticEqual(annotations, before.metadata.annotations)) return;
  const metadata = { ...now.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
  await write.updateStatus(deployments, { ...now, metadata }).catch(except(isNotFound));
}
