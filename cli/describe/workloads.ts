/** What keeps pods running: replica sets and their like, deployments, stateful sets, daemon sets. */
import { selectorText } from '../../api/kinds/workload/columns.js';
import type {
  DaemonSet,
  Deployment,
  KubeObject,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../api/types.js';
import { sameTemplate } from '../rollout/template.js';
import { controlledBy, labelled, named } from './metadata.js';
import { describePodTemplate } from './pod.js';
import { type Item, joined, longTime, mapLines, orNone } from './text.js';

export const describeReplicationController = (rc: ReplicationController, pods: readonly Pod[]): Item[] =>
  replicas(rc, joined(rc.spec?.selector), pods);

export const describeReplicaSet = (set: ReplicaSet, pods: readonly Pod[]): Item[] =>
  replicas(set, selectorText(set.spec?.selector), pods);

const replicas = (owner: ReplicationController | ReplicaSet, selector: string, pods: readonly Pod[]): Item[] => [
  ...named(owner),
  ['Selector', selector],
  ...labelled(owner),
  ...controlledBy(owner),
  ['Replicas', `${owner.status?.replicas ?? 0} current / ${owner.spec?.replicas ?? 1} desired`],
  ['Pods Status', podsStatus(owner, pods)],
  describePodTemplate(owner.spec?.template),
  ...conditionItems(owner),
];

/** Of the pods that it controls, not all that its selector matches. */
function podsStatus(owner: KubeObject, pods: readonly Pod[]): string {
  const own = pods.filter(pod => isControlledBy(pod, owner));
  const count = (phase: string): number => own.filter(pod => pod.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

const isControlledBy = ({ metadata }: KubeObject, owner: KubeObject): boolean =>
  metadata.ownerReferences?.some(({ controller, uid }) => controller && uid === owner.metadata.uid) ?? false;

function conditionItems({ status }: ReplicationController | ReplicaSet | Deployment): Item[] {
  const lines = (status?.conditions ?? []).map(c => `${c.type} \t${c.status}\t${c.reason ?? ''}`);
  return lines.length > 0
    ? [{ heading: 'Conditions', block: ['Type\tStatus\tReason', '----\t------\t------', ...lines] }]
    : [];
}

const createdAt = ({ metadata }: KubeObject): Item => ['CreationTimestamp', longTime(metadata.creationTimestamp)];

export function describeDeployment(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Item[] {
  const { spec, status } = deployment;
  const rolling = spec?.strategy?.rollingUpdate;
  const counts = [
    `${spec?.replicas ?? 1} desired`,
    `${status?.updatedReplicas ?? 0} updated`,
    `${status?.replicas ?? 0} total`,
    `${status?.availableReplicas ?? 0} available`,
    `${status?.unavailableReplicas ?? 0} unavailable`,
  ];
  const sets = replicaSets.filter(set => isControlledBy(set, deployment)).sort(byAge);
  const newest = sets.find(set => sameTemplate(set.spec?.template, spec?.template));
  return [
    ...named(deployment),
    createdAt(deployment),
    ...labelled(deployment),
    ['Selector', selectorText(spec?.selector)],
    ['Replicas', counts.join(' | ')],
    ['StrategyType', spec?.strategy?.type ?? ''],
    ['MinReadySeconds', String(spec?.minReadySeconds ?? 0)],
    ...(rolling
      ? ([
          ['RollingUpdateStrategy', `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`],
        ] as Item[])
      : []),
    describePodTemplate(spec?.template),
    ...conditionItems(deployment),
    ...(sets.length === 0
      ? []
      : ([
          ['OldReplicaSets', setsText(sets.filter(set => set !== newest))],
          ['NewReplicaSet', setsText(newest ? [newest] : [])],
        ] as Item[])),
  ];
}

const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;

const setsText = (sets: readonly ReplicaSet[]): string =>
  orNone(
    sets
      .map(
        ({ metadata, spec, status }) =>
          `${metadata.name} (${status?.replicas ?? 0}/${spec?.replicas ?? 1} replicas created)`,
      )
      .join(', '),
  );

export function describeStatefulSet(set: StatefulSet, pods: readonly Pod[]): Item[] {
  const { spec, status } = set;
  const partition = spec?.updateStrategy?.rollingUpdate?.partition;
  return [
    ...named(set),
    createdAt(set),
    ['Selector', selectorText(spec?.selector)],
    ...labelled(set),
    ['Replicas', `${spec?.replicas ?? 1} desired | ${status?.replicas ?? 0} total`],
    ['Update Strategy', spec?.updateStrategy?.type ?? ''],
    ...(partition === undefined ? [] : [['  Partition', String(partition)] as Item]),
    ['Pods Status', podsStatus(set, pods)],
    describePodTemplate(spec?.template),
    ...claimTemplates(spec?.volumeClaimTemplates as readonly PersistentVolumeClaim[] | undefined),
  ];
}

function claimTemplates(list: readonly PersistentVolumeClaim[] = []): Item[] {
  if (list.length === 0) return [['Volume Claims', '<none>']];
  const block = list.flatMap(({ metadata, spec }): Item[] => [
    ['Name', metadata.name ?? ''],
    ['StorageClass', spec?.storageClassName ?? ''],
    ['Labels', mapLines(metadata.labels)],
    ['Annotations', mapLines(metadata.annotations)],
    ['Capacity', spec?.resources?.requests?.storage ?? '<default>'],
    ['Access Modes', `[${(spec?.accessModes ?? []).join(' ')}]`],
  ]);
  return [{ heading: 'Volume Claims', block }];
}

export function describeDaemonSet(set: DaemonSet, pods: readonly Pod[]): Item[] {
  const { spec, status } = set;
  const counts: [what: string, count: number | undefined][] = [
    ['Desired Number of Nodes Scheduled', status?.desiredNumberScheduled],
    ['Current Number of Nodes Scheduled', status?.currentNumberScheduled],
    ['Number of Nodes Scheduled with Up-to-date Pods', status?.updatedNumberScheduled],
    ['Number of Nodes Scheduled with Available Pods', status?.numberAvailable],
    ['Number of Nodes Misscheduled', status?.numberMisscheduled],
  ];
  return [
    ...named(set),
    ['Selector', selectorText(spec?.selector)],
    ['Node-Selector', joined(spec?.template?.spec?.nodeSelector)],
    ...labelled(set),
    ...counts.map(([what, count]) => `${what}: ${count ?? 0}`),
    ['Pods Status', podsStatus(set, pods)],
    describePodTemplate(spec?.template),
  ];
}
