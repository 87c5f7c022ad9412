/**
 * Lives of a cluster under faults: conflicts, errors, lost answers, late news, cut watches, a history that is forgotten
 * (410), crashes of the process, nodes that come and go, pods that fail. After every step the invariants hold; when the faults end everything
 * comes to be as it was asked for. A life that fails is lived again with ORRERY_SIM_SEED.
 */
import assert from 'node:assert/strict';
import type { DaemonSet, Deployment, Pod, StatefulSet } from '../../api/types.js';
import { daemonSets, deployments, jobs, nodes, pods, statefulSets } from '../../client/resources.js';
import { isActive, isReady } from '../../controllers/pod-state.js';
import { nodeNamed, ownedBy, populate, World } from './world.js';

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each says of the cluster what must never be otherwise. */
const invariants: Record<string, (world: World) => Promise<void>> = {
  'a deployment never has more pods than its surge allows': async world => {
    const [web] = await world.all(deployments);
    const active = ownedBy(await world.all(pods), 'ReplicaSet').filter(isActive);
    // What it was when it was larger may still be there.
    assert.ok(active.length <= mostReplicas + 1 + world.lost, `${active.length} of ${web?.spec?.replicas}`);
  },
  'a node has one daemon': async world => {
    const daemons = ownedBy(await world.all(pods), 'DaemonSet').filter(isActive);
    const places = daemons.map(placeOf);
    assert.ok(places.length - new Set(places).size <= world.lost, places.join());
  },
  'an index is worked on once': async world => {
    const active = ownedBy(await world.all(pods), 'Job').filter(isActive);
    const indexes = active.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
    assert.ok(indexes.length - new Set(indexes).size <= world.lost, indexes.join());
  },
  'no more of a job is counted than was done': async world => {
    const [job] = await world.all(jobs);
    const done = ownedBy(await world.all(pods), 'Job').filter(({ status }) => status?.phase === 'Succeeded');
    assert.ok((job?.status?.succeeded ?? 0) <= done.length);
  },
};
const mostReplicas = 5;
const placeOf = ({ spec }: Pod): string =>
  spec?.nodeName ??
  spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]
    ?.values?.[0] ??
  '';

type Step = (world: World, random: () => number) => Promise<unknown>;
const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;
const image = (name: string) => (set: Deployment | StatefulSet | DaemonSet) => {
  const [container] = set.spec?.template.spec?.containers ?? [];
  if (container) container.image = name;
};

const steps: [what: string, step: Step][] = [
  ['watches are cut', async world => world.api.dropWatches()],
  [
    'history is forgotten',
    async world => {
      world.api.compact();
      world.api.dropWatches();
    },
  ],
  ['the next writes conflict', async world => world.refuse('Conflict', 'Conflict', 'Conflict')],
  ['the next writes fail', async world => world.refuse('InternalError', 'InternalError')],
  ['answers are lost', async world => world.refuse('lost answer', 'lost answer')],
  [
    'news come late',
    async (world, random) => {
      world.lateMs = random() * 5_000;
    },
  ],
  ['the process crashes', world => world.crash()],
  ['kubelets go on', world => world.kubelets(() => 'go on')],
  ['kubelets go on', world => world.kubelets(() => 'go on')],
  ['some kubelets go on', (world, random) => world.kubelets(() => (random() < 0.5 ? 'go on' : 'leave'))],
  ['a pod fails', (world, random) => world.kubelets(() => (random() < 0.2 ? 'fail' : 'leave'))],
  ['a pod is deleted', (world, random) => deleteOne(world, random)],
  ['a node comes or goes', world => toggleNode(world)],
  [
    'a deployment has another size',
    (world, random) =>
      world.edit(deployments, 'web', web => {
        (web.spec as NonNullable<Deployment['spec']>).replicas = Math.floor(random() * (mostReplicas + 1));
      }),
  ],
  [
    'a deployment has another template',
    (world, random) => world.edit(deployments, 'web', image(pick(['web:1', 'web:2', 'web:3'], random))),
  ],
  [
    'a stateful set has another size',
    (world, random) =>
      world.edit(statefulSets, 'db', db => {
        (db.spec as NonNullable<StatefulSet['spec']>).replicas = Math.floor(random() * 4);
      }),
  ],
  [
    'a stateful set has another template',
    (world, random) => world.edit(statefulSets, 'db', image(pick(['db:1', 'db:2'], random))),
  ],
  [
    'a daemon set has another template',
    (world, random) => world.edit(daemonSets, 'agent', image(pick(['agent:1', 'agent:2'], random))),
  ],
];

async function deleteOne(world: World, random: () => number): Promise<void> {
  const all = (await world.all(pods)).filter(pod => isActive(pod) && !ownedBy([pod], 'Job').length);
  const one = all.length > 0 ? pick(all, random) : undefined;
  if (one) await world.remove(pods, one.metadata.name ?? '');
}

async function toggleNode(world: World): Promise<void> {
  const there = (await world.all(nodes)).some(({ metadata }) => metadata.name === 'n3');
  if (there) await world.remove(nodes, 'n3');
  else await world.put(nodes, nodeNamed('n3'));
}

/** Time passes, kubelets work, and nothing disturbs any more. */
async function settle(world: World): Promise<void> {
  world.calm();
  for (let minute = 0; minute < 30; minute++) {
    await world.clock.advance(30_000);
    await world.kubelets(() => 'go on');
    await world.clock.advance(30_000);
  }
}

async function converged(world: World): Promise<void> {
  const all = await world.all(pods);
  const [web] = await world.all(deployments);
  const [db] = await world.all(statefulSets);
  const [agent] = await world.all(daemonSets);
  const [work] = await world.all(jobs);
  const imagesOf = (kind: string): (string | undefined)[] =>
    ownedBy(all, kind)
      .filter(pod => isActive(pod) && isReady(pod))
      .map(({ spec }) => spec?.containers[0]?.image);
  const wanted = (of: Deployment | StatefulSet | DaemonSet | undefined, count: number) =>
    Array.from({ length: count }, () => of?.spec?.template.spec?.containers[0]?.image);
  assert.deepEqual(imagesOf('ReplicaSet'), wanted(web, web?.spec?.replicas ?? 0), 'the deployment');
  assert.deepEqual(imagesOf('StatefulSet'), wanted(db, db?.spec?.replicas ?? 0), 'the stateful set');
  assert.deepEqual(imagesOf('DaemonSet'), wanted(agent, (await world.all(nodes)).length), 'the daemon set');
  assert.ok(
    work?.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True'),
    `the job: ${JSON.stringify(work?.status)}`,
  );
  assert.equal(work?.status?.succeeded, 5);
}

describe('a simulated cluster', function () {
  this.timeout(60_000);
  const given = process.env.ORRERY_SIM_SEED;
  const seeds = given ? [Number(given)] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const seed of seeds) {
    it(`keeps its invariants and comes to rest (ORRERY_SIM_SEED=${seed})`, async () => {
      const random = randomFrom(seed);
      const world = new World(random);
      await populate(world);
      world.start();
      const life: string[] = [];
      try {
        for (let turn = 0; turn < 60; turn++) {
          const [what, step] = pick(steps, random);
          life.push(what);
          await step(world, random);
          await world.clock.advance(Math.floor(random() * 20_000));
          for (const [name, holds] of Object.entries(invariants)) {
            await holds(world).catch(error => {
              throw new Error(`${name}: ${(error as Error).message}, after ${life.slice(-6).join(', ')}`);
            });
          }
        }
        await settle(world);
        await converged(world);
      } finally {
        await world.stop();
      }
    });
  }
});
