/**
 * Lives of a cluster under faults: conflicts, errors, lost answers, news that come late or twice, cut watches, a history that is
 * forgotten (410), processes that are killed or frozen while they lead, nodes that fall silent, come and go, pods that fail. After
 * every step the invariants hold; when the faults end everything comes to be as it was asked for. A life that fails is lived
 * again with ORRERY_SIM_SEED.
 */
import assert from 'node:assert/strict';
import { atRest } from './at-rest.js';
import { invariants } from './invariants.js';
import { populate } from './population.js';
import { pick, randomFrom } from './random.js';
import { renewVolumes, steps } from './steps.js';
import { World } from './world.js';

const stepsOfALife = 60;

async function live(world: World): Promise<void> {
  const { random } = world;
  const life: string[] = [];
  for (let turn = 0; turn < stepsOfALife; turn++) {
    const [what, step] = pick(steps, random);
    life.push(what);
    await step(world, random);
    await world.advance(1_000 + Math.floor(random() * 20_000));
    for (const [name, holds] of Object.entries(invariants)) {
      await Promise.resolve(holds(world)).catch(error => {
        throw new Error(`${name}: ${(error as Error).message}, after ${life.slice(-6).join(', ')}`);
      });
    }
  }
}

/** Time passes, kubelets work, and nothing disturbs any more. */
async function settle(world: World): Promise<void> {
  world.calm();
  for (let turn = 0; turn < 30; turn++) {
    await world.advance(30_000);
    await renewVolumes(world);
    await world.kubelets.work(() => 'go on');
  }
  await world.advance(30_000);
}

describe('a simulated cluster', function () {
  // Ten seconds' work; on a machine that others load as well, much more.
  this.timeout(600_000);
  const given = process.env.ORRERY_SIM_SEED;
  const seeds = given ? given.split(',').map(Number) : [1, 2, 3, 4];
  for (const seed of seeds) {
    it(`keeps its invariants and comes to rest (ORRERY_SIM_SEED=${seed})`, async () => {
      const world = new World(randomFrom(seed));
      await world.open();
      try {
        await populate(world);
        world.start();
        await live(world);
        await settle(world);
        for (const [name, holds] of Object.entries(atRest)) {
          await holds(world).catch(error => {
            throw new Error(`${name}: ${(error as Error).message}`);
          });
        }
      } finally {
        await world.close();
      }
      assert.deepEqual(world.server.errors, []);
    });
  }
});
