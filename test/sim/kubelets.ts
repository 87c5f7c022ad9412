/**
 * What scheduler and kubelets do, when the world lets them: pods get a node, run, serve, and end when they are to go; those of
 * jobs succeed. A silent node does nothing, and says nothing.
 */
import { microTimestamp, timestamp } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import type { Summary } from '../../apiserver/usage/figures.js';
import { leases, nodes, pods } from '../../client/resources.js';
import { isReady } from '../../controllers/pod-state.js';
import { except, isConflict, isNotFound } from '../../controllers/refusals.js';
import type { World } from './world.js';

const leaseNamespace = 'kube-node-lease';
export const jobOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ kind }) => kind === 'Job')?.name;

export type Fate = 'leave' | 'go on' | 'fail';

export class Kubelets {
  /** Of which nodes nothing is heard. */
  readonly silent = new Set<string>();
  /** When each node spoke last. */
  readonly heard = new Map<string, number>();
  /** Pods that have done their work, by their job. */
  readonly done = new Map<string, number>();
  /** What all pods of 'api' together have to do, in thousandths of a core. */
  load = 100;
  #addresses = 0;

  constructor(private readonly world: World) {}

  async join(name: string): Promise<void> {
    const { client } = this.world;
    await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await this.#sayReady(name);
  }

  async heartbeats(): Promise<void> {
    const { client, clock } = this.world;
    for (const { metadata } of (await client.list(nodes)).items) {
      const { name = '' } = metadata;
      if (this.silent.has(name)) continue;
      this.heard.set(name, clock.now());
      const renewal = { spec: { renewTime: microTimestamp(clock.now()), holderIdentity: name } };
      const at = { namespace: leaseNamespace, name };
      const renewed = await client.patch(leases, at, 'merge', renewal).catch(except(isNotFound));
      if (!renewed) {
        await client.create(leases, {
          ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: at },
          spec: { ...renewal.spec, leaseDurationSeconds: 40 },
        });
      }
      await this.#sayReady(name);
    }
  }

  async #sayReady(name: string): Promise<void> {
    const times = { lastHeartbeatTime: this.#now(), lastTransitionTime: this.#now() };
    const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map(type => ({
      type,
      status: 'False',
      ...times,
    }));
    const status = { conditions: [{ type: 'Ready', status: 'True', ...times }, ...pressures] };
    await this.world.client
      .patch(nodes, { name }, 'strategic', { status }, { subresource: 'status' })
      .catch(except(isNotFound));
  }

  /** `fate` says of each pod what becomes of it now. */
  async work(fate: (pod: Pod) => Fate): Promise<void> {
    const { client } = this.world;
    const names = (await client.list(nodes)).items
      .filter(({ spec }) => !spec?.unschedulable && !(spec?.taints ?? []).length)
      .map(({ metadata }) => metadata.name ?? '');
    for (const pod of (await client.list(pods)).items) {
      const what = fate(pod);
      // The loops may have taken it away meanwhile, or given it to another node.
      if (what === 'leave') continue;
      await this.#live(pod, names, what).catch(except(isNotFound, isConflict));
    }
  }

  async #live(pod: Pod, names: readonly string[], fate: Fate): Promise<void> {
    const { client } = this.world;
    const at = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' };
    const node = pod.spec?.nodeName;
    const phase = pod.status?.phase ?? 'Pending';
    if (!node) {
      if (!pod.metadata.deletionTimestamp) await this.#bind(pod, names);
    } else if (this.silent.has(node)) return;
    else if (pod.metadata.deletionTimestamp) await client.delete(pods, at, { gracePeriodSeconds: 0 });
    else if (phase === 'Pending' || (phase === 'Running' && !isReady(pod))) await this.#say(pod, 'Running');
    else if (phase === 'Running' && fate === 'fail') await this.#say(pod, 'Failed');
    else if (phase === 'Running' && jobOf(pod) !== undefined) {
      await this.#say(pod, 'Succeeded');
      const job = jobOf(pod) ?? '';
      this.done.set(job, (this.done.get(job) ?? 0) + 1);
    }
  }

  async #bind(pod: Pod, names: readonly string[]): Promise<void> {
    const name = placeOf(pod) ?? names[0];
    if (name === undefined || !names.includes(name)) return;
    const { namespace = '', name: podName = '' } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: podName, namespace }, target };
    await this.world.client.post(pods, { namespace, name: podName }, 'binding', binding);
  }

  async #say({ metadata, status }: Pod, phase: 'Running' | 'Succeeded' | 'Failed'): Promise<void> {
    const runs = phase === 'Running' ? 'True' : 'False';
    const conditions = ['Ready', 'ContainersReady', 'Initialized'].map(type => ({
      ...{ type, status: runs, lastTransitionTime: this.#now() },
    }));
    const next = {
      ...{ phase, conditions, startTime: status?.startTime ?? this.#now() },
      podIP: status?.podIP ?? this.#address(),
    };
    const at = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
    await this.world.client.patch(pods, at, 'strategic', { status: next }, { subresource: 'status' });
  }

  /** What a kubelet answers of what its pods use: those of 'api' share its load, others are idle. */
  async summary(node: string): Promise<Summary> {
    if (this.silent.has(node)) throw new Error(`${node} does not answer`);
    const all = (await this.world.client.list(pods)).items.filter(({ status }) => status?.phase === 'Running');
    const sharing = all.filter(({ metadata }) => metadata.labels?.app === 'api').length;
    const time = this.#now();
    return {
      pods: all
        .filter(({ spec }) => spec?.nodeName === node)
        .map(({ metadata: { name = '', namespace = '', labels }, spec }) => ({
          podRef: { name, namespace },
          containers: (spec?.containers ?? []).map(container => ({
            name: container.name,
            cpu: { time, usageNanoCores: labels?.app === 'api' ? Math.floor((this.load * 1e6) / sharing) : 0 },
            memory: { workingSetBytes: 1024 },
          })),
        })),
    };
  }

  #address(): string {
    const next = ++this.#addresses;
    return `10.244.${next >> 8}.${next & 255}`;
  }

  #now(): string {
    return timestamp(this.world.clock.now());
  }
}

/** Where a daemon belongs. */
export const placeOf = ({ spec }: Pod): string | undefined =>
  spec?.nodeName ??
  spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]
    ?.values?.[0];
