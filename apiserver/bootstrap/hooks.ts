/** What a server does once after it has begun to listen, by the names of Kubernetes' post-start hooks: /readyz tells which is done. */
import type { HealthCheck } from '../http/health.js';

export const hookNames = [
  'bootstrap-controller',
  'crd-informer-synced',
  'kube-apiserver-autoregistration',
  'priority-and-fairness-config-producer',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'start-cluster-authentication-info-controller',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'start-system-namespaces-controller',
] as const;
export type HookName = (typeof hookNames)[number];

export class PostStartHooks {
  readonly #open = new Set<HookName>(hookNames);

  readonly checks: readonly HealthCheck[] = hookNames.map(name => ({
    name: `poststarthook/${name}`,
    readinessOnly: true,
    check: async () => (this.#open.has(name) ? 'not finished' : undefined),
  }));

  done(...names: readonly HookName[]): void {
    for (const name of names) this.#open.delete(name);
  }

  /** `work`, after which these are done. */
  async after<T>(work: Promise<T>, ...names: readonly HookName[]): Promise<T> {
    const result = await work;
    this.done(...names);
    return result;
  }
}
