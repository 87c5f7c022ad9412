/** Brings a store, new or old, to what every cluster starts from. Idempotent: an old store gets only what it lacks. */
import type { Clock } from '../../api/clock.js';
import type { AnyObject } from '../../api/types.js';
import type { Environment } from '../registry/call.js';
import { type AuthenticationFacts, authenticationConfigMap, legacyTrackingConfigMap } from './authentication.js';
import { type ClusterInfo, clusterInfoObjects } from './cluster-info.js';
import { defaultStorageClass } from './default-storage.js';
import { ensureExists, ensureFields, exists } from './ensure.js';
import { keepFlowControl } from './flow-control.js';
import type { PostStartHooks } from './hooks.js';
import { dayOf } from './legacy-tokens.js';
import {
  type Advertised,
  kubernetesService,
  namespaceObject,
  priorityClassObjects,
  systemNamespaces,
} from './objects.js';
import { writePolicy } from './policy.js';
import { ensureServiceCidr } from './service-cidr.js';

export interface Beginnings {
  advertised: Advertised;
  /** The default roles and bindings. */
  policy: readonly AnyObject[];
  authentication: AuthenticationFacts;
  clusterInfo: ClusterInfo;
  /** Where nodes make the folders of the default storage class; without it there is no such class. */
  localVolumes?: string;
}

/** `hooks` hears what is done. */
export async function bootstrap(env: Environment, beginnings: Beginnings, hooks: PostStartHooks): Promise<void> {
  const { advertised, policy, authentication, clusterInfo } = beginnings;
  const isNew = !exists(env, namespaceObject('kube-public'));
  const storage = beginnings.localVolumes ? [defaultStorageClass(beginnings.localVolumes)] : [];
  await ensureServiceCidr(env, advertised);
  await createMissing(env, [
    ...systemNamespaces.map(namespaceObject),
    ...priorityClassObjects(),
    kubernetesService(advertised),
  ]);
  hooks.done('start-system-namespaces-controller', 'scheduling/bootstrap-system-priority-classes');
  const facts = ensureFields(env, authenticationConfigMap(authentication), ['data']);
  const tracking = createMissing(env, [legacyTrackingConfigMap(dayOf(env.clock.now()))]);
  await Promise.all([
    hooks.after(facts, 'start-cluster-authentication-info-controller'),
    hooks.after(tracking, 'start-legacy-token-tracking-controller'),
    hooks.after(writePolicy(env, policy), 'rbac/bootstrap-roles'),
    hooks.after(keepFlowControl(env), 'priority-and-fairness-config-producer'),
    // Once in a cluster's life: they may be taken away, and changed.
    isNew ? createMissing(env, [...clusterInfoObjects(clusterInfo), ...storage]) : undefined,
  ]);
  await env.cache.fresh();
}

const createMissing = (env: Environment, objects: readonly AnyObject[]): Promise<unknown> =>
  Promise.all(objects.filter(object => !exists(env, object)).map(object => ensureExists(env, object)));

export interface KeepingOptions {
  clock: Clock;
  /** Ends it. */
  signal: AbortSignal;
  /** Told when something could not be written; the next look comes all the same. */
  failed(error: unknown): void;
}

/** As often as Kubernetes looks. */
const lookEveryMs = 10_000;

/**
 * Makes again what has been deleted: `kubectl delete services --all` must not take the way to the API server away. What
 * has been changed is left. (What the service leads to is kept by peers/.)
 */
export async function keepSystemObjects(
  env: Environment,
  advertised: Advertised,
  { clock, signal, failed }: KeepingOptions,
): Promise<void> {
  for (;;) {
    await clock.sleep(lookEveryMs, signal);
    if (signal.aborted) return;
    const objects = [...systemNamespaces.map(namespaceObject), kubernetesService(advertised)];
    await Promise.all([ensureServiceCidr(env, advertised), createMissing(env, objects), keepFlowControl(env)]).catch(
      failed,
    );
  }
}
