/**
 * A cluster in one process: the loops on the real runtime, over an API in memory, under a clock that only moves when it is
 * told to; nodes and kubelets that do what a seed says, and faults between any two steps. The same seed lives the same life.
 */

import { statusError } from '../../api/status.js';
import type { Job, KubeObject, Node, Pod, StatefulSet } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import {
  controllerRevisions,
  daemonSets,
  deployments,
  jobs,
  nodes,
  persistentVolumeClaims,
  pods,
  replicaSets,
  statefulSets,
} from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { runControllers } from '../../client/runtime/run.js';
import { ManualClock } from '../../client/testing/clock.js';
import { silentLog } from '../../client/testing/log.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { daemonSetController } from '../../controllers/daemonset/controller.js';
import { deploymentController } from '../../controllers/deployment/controller.js';
import { garbageCollector } from '../../controllers/gc/controller.js';
import { jobController } from '../../controllers/job/controller.js';
import { jobPodFinalizers } from '../../controllers/job/finalizer.js';
import { except, isNotFound } from '../../controllers/refusals.js';
import { replicaSetController } from '../../controllers/replication/controller.js';
import { statefulSetController } from '../../controllers/statefulset/controller.js';

const served = [
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  jobs,
  pods,
  controllerRevisions,
  persistentVolumeClaims,
].map(resource => ({ ...resource, verbs: ['list', 'watch', 'delete', 'patch', 'get'] }));

/** Held by the kubelet until the pod's containers have ended. */
const running = 'sim.test/running';

export type Refusal = 'Conflict' | 'InternalError' | 'lost answer';

export class World {
  readonly clock = new ManualClock();
  readonly api = new MemoryApi(() => this.clock.now());
  #life = new AbortController();
  #living: Promise<void> = Promise.resolve();
  /** What the next writes are answered. A lost answer is one to a write that was done. */
  #refusals: Refusal[] = [];
  /** So many things were made of which the loop never heard: each may be made once more, and one of the two goes again. */
  lost = 0;
  /** How late the loops hear of what happened, at the most. */
  lateMs = 0;

  constructor(private readonly random: () => number) {
    this.api.fault = (verb, resource) => {
      const isWrite = ['create', 'update', 'patch', 'delete'].includes(verb);
      const next = this.#refusals.at(-1);
      if (!isWrite || this.#quiet || next === undefined || next === 'lost answer') return;
      this.#refusals.pop();
      throw statusError(next, `${verb} ${resource}: ${next}`);
    };
  }

  /** The API as the loops have it: what they hear of comes late, and answers get lost. */
  get #client(): Client {
    const { api } = this;
    const world = this;
    const lossy: Partial<Client> = {
      async *watch(resource, options) {
        for await (const event of api.watch(resource, options)) {
          const late = Math.floor(world.random() * world.lateMs);
          if (late > 0) await world.clock.sleep(late, options.signal);
          if (options.signal.aborted) return;
          yield event;
        }
      },
      async create(resource, object, options) {
        const made = await api.create(resource, object, options);
        if (world.#refusals.at(-1) !== 'lost answer') return made;
        world.#refusals.pop();
        world.lost++;
        throw statusError('InternalError', `create ${resource.plural}: the answer was lost`);
      },
    };
    return new Proxy(api as Client, {
      get(target, name) {
        const own = (lossy as Record<PropertyKey, unknown>)[name];
        const value = own ?? Reflect.get(target, name);
        return typeof value === 'function' && !own ? value.bind(target) : value;
      },
    });
  }

  /** The world's own writes are not refused. */
  #quiet = false;

  start(): void {
    this.#life = new AbortController();
    this.#living = runControllers({
      client: this.#client,
      controllers: this.#controllers(),
      clock: this.clock,
      random: this.random,
      log: silentLog,
      signal: this.#life.signal,
    });
  }

  #controllers(): Controller[] {
    return [
      replicaSetController,
      deploymentController,
      statefulSetController,
      daemonSetController(),
      jobController({ tracks: true }),
      jobPodFinalizers,
      garbageCollector(served),
    ];
  }

  async stop(): Promise<void> {
    this.#life.abort();
    await this.clock.advance(0);
    await this.#living;
  }

  /** The process ends in the midst of what it does, and another comes. */
  async crash(): Promise<void> {
    await this.stop();
    this.start();
  }

  refuse(...what: Refusal[]): void {
    this.#refusals.push(...what);
  }

  calm(): void {
    this.#refusals = [];
    this.lateMs = 0;
  }

  async all<T extends KubeObject>(resource: Resource<T>): Promise<T[]> {
    return this.#undisturbed(async () => (await this.api.list(resource)).items);
  }

  put<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#undisturbed(() => this.api.create(resource, object));
  }

  /** Changes it as it is now. */
  edit<T extends KubeObject>(resource: Resource<T>, name: string, change: (object: T) => void): Promise<void> {
    return this.#undisturbed(async () => {
      const namespace = resource.namespaced ? { namespace: 'default' } : {};
      const object = await this.api.get(resource, { ...namespace, name });
      change(object);
      object.metadata.generation = (object.metadata.generation ?? 1) + 1;
      await this.api.update(resource, object);
    });
  }

  remove(resource: Resource, name: string): Promise<void> {
    return this.#undisturbed(() =>
      this.api.delete(resource, { ...(resource.namespaced ? { namespace: 'default' } : {}), name }),
    );
  }

  /** What scheduler and kubelets do: pods get a node, run, serve, and end when they are to go; those of jobs succeed. */
  async kubelets(fate: (pod: Pod) => 'leave' | 'go on' | 'fail'): Promise<void> {
    const all = await this.all(pods);
    const names = (await this.all(nodes)).map(({ metadata }) => metadata.name ?? '');
    await this.#undisturbed(async () => {
      for (const pod of all) {
        const what = fate(pod);
        // The loops may have taken it away meanwhile.
        if (what !== 'leave') await this.#live(pod, names, what === 'fail').catch(except(isNotFound));
      }
    });
  }

  async #live(pod: Pod, names: readonly string[], fails: boolean): Promise<void> {
    const name = { namespace: 'default', name: pod.metadata.name ?? '' };
    const phase = pod.status?.phase ?? 'Pending';
    const node = pod.spec?.nodeName ?? wanted(pod) ?? names[0];
    if (pod.metadata.deletionTimestamp || (pod.spec?.nodeName && !names.includes(pod.spec.nodeName))) {
      if (!pod.metadata.deletionTimestamp) await this.api.delete(pods, name);
      await this.api.patch(pods, name, 'strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': [running] } });
    } else if (phase === 'Pending' && node && names.includes(node)) {
      await this.api.patch(pods, name, 'strategic', {
        metadata: { finalizers: [running] },
        spec: { nodeName: node },
        status: { phase: 'Running', conditions: [this.#ready('True')] },
      });
    } else if (phase === 'Running' && (fails || isOfJob(pod))) {
      await this.api.patch(pods, name, 'strategic', {
        metadata: { '$deleteFromPrimitiveList/finalizers': [running] },
        status: { phase: fails ? 'Failed' : 'Succeeded', conditions: [this.#ready('False')] },
      });
    }
  }

  #ready(status: string) {
    const lastTransitionTime = `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`;
    return { type: 'Ready', status, lastTransitionTime };
  }

  async #undisturbed<T>(work: () => Promise<T>): Promise<T> {
    this.#quiet = true;
    try {
      return await work();
    } finally {
      this.#quiet = false;
    }
  }
}

const wanted = ({ spec }: Pod): string | undefined =>
  spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]
    ?.values?.[0];

export const isOfJob = ({ metadata }: Pod): boolean => metadata.ownerReferences?.[0]?.kind === 'Job';
export const ownedBy = (all: readonly Pod[], kind: string): Pod[] =>
  all.filter(({ metadata }) => metadata.ownerReferences?.some(owner => owner.kind === kind));

const metadata = (name: string) => ({ name, namespace: 'default', generation: 1 });
const templateOf = (app: string, image: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image }] },
});

export const nodeNamed = (name: string): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });

/** What users have made. */
export async function populate(world: World): Promise<void> {
  for (const name of ['n1', 'n2', 'n3']) await world.put(nodes, nodeNamed(name));
  await world.put(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('web'),
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: templateOf('web', 'web:1'),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      revisionHistoryLimit: 3,
    },
  });
  await world.put(statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('db'),
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'db' } },
      serviceName: 'db',
      template: templateOf('db', 'db:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  } as StatefulSet);
  await world.put(daemonSets, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata('agent'),
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: templateOf('agent', 'agent:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    },
  });
  await world.put(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata('work'),
    spec: {
      completions: 5,
      parallelism: 2,
      completionMode: 'Indexed',
      backoffLimit: 1000,
      selector: { matchLabels: { app: 'work' } },
      template: templateOf('work', 'work:1'),
    },
  } as Job);
}
