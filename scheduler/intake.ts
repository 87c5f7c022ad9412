/** What the informers tell, brought to the cluster's state and to the queue. */
import type { Clock } from '../api/clock.js';
import { deepEqual } from '../api/json.js';
import type { KubeObject, Namespace, Node, Pod } from '../api/types.js';
import { type Change, keyOf } from '../client/informer/cache.js';
import { describeChange } from '../client/runtime/cause.js';
import type { Cluster } from './cache/cluster.js';
import { nodeChanges } from './cache/node-changes.js';
import { awaitsNode, countsOtherwise, schedulerNameOf, wantsOtherwise } from './eligible.js';
import { podInfo } from './model/pod-info.js';
import type { ClusterEvent, EventName } from './queue/events.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';
import { informersOf, type Sources } from './sources.js';

export interface IntakeOptions {
  cluster: Cluster;
  queue: SchedulingQueue;
  /** Whether pods of a schedulerName are ours to place. */
  isOurs: (schedulerName: string) => boolean;
  clock: Clock;
  /** There is something to do. */
  wake: () => void;
}

export class Intake {
  constructor(private readonly options: IntakeOptions) {}

  follow(sources: Sources): void {
    sources.nodes.onChange(change => this.#nodeChanged(change));
    sources.pods.onChange(change => this.#podChanged(change));
    sources.namespaces?.onChange(change => this.#namespaceChanged(change));
    const { claims, volumes, classes, csiNodes, csiDrivers, capacities } = sources;
    for (const informer of [claims, volumes, classes, csiNodes, csiDrivers, capacities]) {
      informer?.onChange((change: Change<KubeObject>) =>
        this.happened({ name: 'Storage' }, describeChange(informer.resource.kind, change)),
      );
    }
    for (const informer of informersOf(sources)) void informer.synced.then(this.options.wake);
  }

  happened(event: ClusterEvent, trigger: string): void {
    const { clock, queue, wake } = this.options;
    if (queue.happened(event, trigger, clock.now()) > 0) wake();
  }

  /** A pod that is to be placed, if it still is. */
  podWaits(pod: Pod, trigger: string): void {
    const { clock, cluster, isOurs, queue, wake } = this.options;
    const info = podInfo(pod);
    const nominated = pod.status?.nominatedNodeName;
    if (nominated) cluster.nominations.set(info, nominated);
    if (!isOurs(schedulerNameOf(pod))) return;
    const waiting = queue.get(info.key);
    if (waiting && !wantsOtherwise(waiting.pod, pod)) queue.refresh(info);
    else {
      queue.add(info, trigger, clock.now());
      wake();
    }
  }

  #nodeChanged(change: Change<Node>): void {
    const { cluster } = this.options;
    const { before, now } = change;
    if (!now) {
      cluster.removeNode(before?.metadata.name ?? '');
      return;
    }
    const names: EventName[] = before ? nodeChanges(before, now) : ['NodeAdded'];
    const images = before && !deepEqual(before.status?.images, now.status?.images);
    if (names.length > 0 || images) cluster.setNode(now);
    const trigger = describeChange('Node', change);
    for (const name of names) this.happened({ name, node: now }, trigger);
  }

  #namespaceChanged(change: Change<Namespace>): void {
    const { before, now } = change;
    const name = (now ?? before)?.metadata.name ?? '';
    if (now) this.options.cluster.namespaces.set(name, now.metadata.labels ?? {});
    else this.options.cluster.namespaces.delete(name);
    this.happened({ name: 'NamespaceLabels' }, describeChange('Namespace', change));
  }

  #podChanged(change: Change<Pod>): void {
    const { cluster } = this.options;
    const { before, now } = change;
    const trigger = describeChange('Pod', change);
    if (!now) this.#podGone(before as Pod, trigger);
    else if (now.spec?.nodeName) this.#podAssigned(now, before, trigger);
    else if (!awaitsNode(now)) this.#podLeaves(now);
    else if (!cluster.isAssumed(keyOf(now), now.metadata.uid ?? '')) this.podWaits(now, trigger);
  }

  #podLeaves(pod: Pod): void {
    const { cluster, queue } = this.options;
    queue.delete(keyOf(pod));
    cluster.nominations.delete(keyOf(pod));
  }

  #podGone(pod: Pod, trigger: string): void {
    this.#podLeaves(pod);
    this.options.cluster.remove(keyOf(pod));
    if (pod.spec?.nodeName) this.happened({ name: 'PodGone', pod: podInfo(pod) }, trigger);
  }

  #podAssigned(now: Pod, before: Pod | undefined, trigger: string): void {
    this.#podLeaves(now);
    if (before?.spec?.nodeName && !countsOtherwise(before, now)) return;
    const info = podInfo(now);
    this.options.cluster.place(info, now.spec?.nodeName ?? '');
    this.happened({ name: 'PodAssigned', pod: info }, trigger);
  }
}
