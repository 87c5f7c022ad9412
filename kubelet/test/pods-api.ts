/**
 * The API in memory, with what a kubelet needs of it beyond MemoryApi: graceful deletion of pods, strategic patches of
 * a status, service account tokens. For tests.
 */
import { conflict } from '../../api/status.js';
import type { KubeObject, NodeCondition, Pod, PodCondition, TokenRequest } from '../../api/types.js';
import type { DeleteCallOptions, Name, PatchType, Resource, WriteCallOptions } from '../../client/client.js';
import { pods } from '../../client/resources.js';
import { MemoryApi } from '../../client/testing/memory-api.js';

const heldForGrace = 'test/grace';

type Conditions = (PodCondition | NodeCondition)[];

export class PodsApi extends MemoryApi {
  /** Every status that was written for a pod, by its name. */
  readonly statuses: { name: string; phase: string; ready: boolean; at: number }[] = [];

  constructor() {
    super();
    this.answers.set('serviceaccounts/token', (name, body) => {
      const request = body as TokenRequest;
      const expirationTimestamp = new Date(Date.now() + 3600_000).toISOString();
      return { ...request, status: { token: `token-of-${name.name}`, expirationTimestamp } } as TokenRequest;
    });
  }

  override async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options: WriteCallOptions = {},
  ): Promise<T> {
    if (type !== 'strategic') return super.patch(resource, name, type, patch, options);
    const { metadata, status } = patch as { metadata?: { uid?: string }; status: { conditions?: Conditions } };
    const before = (await this.get(resource, name)) as T & { status?: { conditions?: Conditions } };
    if (metadata?.uid !== undefined && metadata.uid !== before.metadata.uid)
      throw conflict({ group: resource.group, resource: resource.plural, name: name.name }, 'the UID does not match');
    const conditions = mergeByType(before.status?.conditions ?? [], status.conditions ?? []);
    const written = await super.patch(resource, name, 'merge', { status: { ...status, conditions } }, options);
    if (resource.plural === 'pods') this.#record(written as unknown as Pod);
    return written;
  }

  override async delete<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    options: DeleteCallOptions = {},
  ): Promise<void> {
    if (resource.plural !== 'pods') return super.delete(resource, name, options);
    const pod = await this.get(pods, name);
    if (options.gracePeriodSeconds === 0) return this.#remove(pod, name, options);
    const seconds = options.gracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
    const metadata = {
      deletionTimestamp: pod.metadata.deletionTimestamp ?? new Date().toISOString(),
      deletionGracePeriodSeconds: Math.min(seconds, pod.metadata.deletionGracePeriodSeconds ?? seconds),
      // MemoryApi keeps a deleted object for its finalizers alone.
      finalizers: [heldForGrace],
    };
    await super.patch(pods, name, 'merge', { metadata });
  }

  async #remove(pod: Pod, name: Name, { preconditions }: DeleteCallOptions): Promise<void> {
    if (preconditions?.uid !== undefined && preconditions.uid !== pod.metadata.uid)
      throw conflict({ group: '', resource: 'pods', name: name.name }, 'the UID in the precondition does not match');
    if (!pod.metadata.finalizers) return super.delete(pods, name);
    await super.patch(pods, name, 'merge', { metadata: { finalizers: null } });
  }

  #record({ metadata, status }: Pod): void {
    const ready = (status?.conditions ?? []).some(c => c.type === 'Ready' && c.status === 'True');
    this.statuses.push({ name: metadata.name ?? '', phase: status?.phase ?? '', ready, at: Date.now() });
  }
}

function mergeByType(before: Conditions, patch: Conditions): Conditions {
  const merged = new Map(before.map(c => [c.type, c]));
  for (const condition of patch) {
    if ('$patch' in condition) {
      merged.delete(condition.type);
      continue;
    }
    const both = { ...merged.get(condition.type), ...condition };
    merged.set(condition.type, Object.fromEntries(Object.entries(both).filter(([, v]) => v !== null)) as PodCondition);
  }
  return [...merged.values()];
}
