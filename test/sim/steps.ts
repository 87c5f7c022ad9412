/** What may happen to the cluster between two looks at it. */
import type { DaemonSet, Deployment, Pod, StatefulSet } from '../../api/types.js';
import {
  configMaps,
  daemonSets,
  deployments,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  statefulSets,
} from '../../client/resources.js';
import { jobOf } from './kubelets.js';
import { claimNamed, makeTeam, volumeNamed } from './population.js';
import { pick } from './random.js';
import type { World } from './world.js';

export const mostReplicas = 5;

type Set = Deployment | StatefulSet | DaemonSet;
const imaged = (name: string) => (set: Set) => {
  const [container] = set.spec?.template.spec?.containers ?? [];
  if (container) container.image = name;
};
const sized = (replicas: number) => (set: Deployment | StatefulSet) => {
  if (set.spec) set.spec.replicas = replicas;
};
const upTo = (most: number, random: () => number): number => Math.floor(random() * (most + 1));

type Step = (world: World, random: () => number) => Promise<void> | void;

const faults: Record<string, Step> = {
  'watches are cut': world => world.server.cutWatches(),
  'history is forgotten': world => world.server.forget(),
  'the next writes conflict': world => world.faults.refuse('Conflict', 'Conflict', 'Conflict'),
  'the next writes fail': world => world.faults.refuse('InternalError', 'InternalError'),
  'answers are lost': world => world.faults.refuse('lost answer', 'lost answer'),
  'news come late': (world, random) => {
    world.faults.lateMs = random() * 5_000;
  },
  'news come twice': (world, random) => {
    world.faults.twice = random();
  },
  'the leader is killed': world => world.crash(),
  'the leader is frozen': world => world.freeze(),
  'the frozen wakes': world => world.thaw(),
  'a node falls silent': (world, random) => {
    world.kubelets.silent.add(pick(['n2', 'n3'], random));
  },
  'all nodes are heard': world => world.kubelets.silent.clear(),
  'a node comes or goes': world => world.toggleNode('n3'),
};

const life: Record<string, Step> = {
  'kubelets go on': world => world.kubelets.work(() => 'go on'),
  'kubelets go on again': world => world.kubelets.work(() => 'go on'),
  'some kubelets go on': (world, random) => world.kubelets.work(() => (random() < 0.5 ? 'go on' : 'leave')),
  'a pod fails': (world, random) => world.kubelets.work(() => (random() < 0.2 ? 'fail' : 'leave')),
  'a pod is deleted': async (world, random) => {
    const all = (await world.activePods()).filter(pod => jobOf(pod) === undefined);
    if (all.length > 0) await removePod(world, pick(all, random));
  },
  'five minutes pass': world => world.advance(300_000),
};

const users: Record<string, Step> = {
  'a deployment has another size': (world, random) => world.edit(deployments, 'web', sized(upTo(mostReplicas, random))),
  'a deployment has another template': (world, random) =>
    world.edit(deployments, 'web', imaged(pick(['web:1', 'web:2', 'web:3'], random))),
  'a stateful set has another size': (world, random) => world.edit(statefulSets, 'db', sized(upTo(3, random))),
  'a stateful set has another template': (world, random) =>
    world.edit(statefulSets, 'db', imaged(pick(['db:1', 'db:2'], random))),
  'a daemon set has another template': (world, random) =>
    world.edit(daemonSets, 'agent', imaged(pick(['agent:1', 'agent:2'], random))),
  'there is more or less to do': (world, random) => {
    world.kubelets.load = 100 * (1 + upTo(4, random));
  },
  'a claim comes or goes': async world => {
    const there = (await world.all(persistentVolumeClaims)).some(({ metadata }) => metadata.name === 'spare');
    if (there) await world.remove(persistentVolumeClaims, 'spare');
    else await world.put(persistentVolumeClaims, claimNamed('spare'));
  },
  'the administrator renews released volumes': renewVolumes,
  'a namespace comes or goes': async world => {
    const team = (await world.all(namespaces)).find(({ metadata }) => metadata.name === 'team');
    if (!team) await makeTeam(world);
    else await world.remove(namespaces, 'team');
  },
  'an owner goes, and what it owns is to follow': async world => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'owner-', namespace: 'default' } };
    const { metadata } = await world.put(configMaps, owner);
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name ?? '', uid: metadata.uid ?? '' };
    const owned = { generateName: 'owned-', namespace: 'default', ownerReferences: [reference] };
    await world.put(configMaps, { ...owner, metadata: owned });
    await world.remove(configMaps, metadata.name ?? '');
  },
};

export const steps: [what: string, step: Step][] = Object.entries({ ...faults, ...life, ...users });

const removePod = (world: World, { metadata }: Pod): Promise<void> =>
  world.remove(pods, metadata.name ?? '', metadata.namespace);

export async function renewVolumes(world: World): Promise<void> {
  for (const { metadata, status } of await world.all(persistentVolumes)) {
    if (status?.phase !== 'Released' || !metadata.name) continue;
    await world.remove(persistentVolumes, metadata.name);
    const gone = !(await world.all(persistentVolumes)).some(volume => volume.metadata.name === metadata.name);
    if (gone) await world.put(persistentVolumes, volumeNamed(metadata.name));
  }
}
