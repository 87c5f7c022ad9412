/**
 * A node whose kubelet, proxy and containerd are killed again and again while pods come and go: what should run does,
 * what runs goes on, and nothing is left of what is gone. ORRERY_SEED=<seed> runs the printed storm again.
 */
import assert from 'node:assert/strict';
import { systemClock } from '../../api/clock.js';
import { eventually } from './lab.js';
import { leaks } from './node/leaks.js';
import { cannotOpenScene, isReady, openScene, type Scene } from './node/scene.js';
import { comeAndGo, deedsOf, kill, restartCounts, stormConfig, stormPod, type Victim } from './node/storm.js';

const seed = Number.parseInt(process.env.ORRERY_SEED ?? '', 10) || Date.now() & 0x7fffffff;
const patienceMs = 120_000;
const steady = [0, 1, 2, 3].map(n => stormPod(`steady-${n}`, n));

const storms: [what: string, kills: number, victims: readonly (readonly Victim[])[]][] = [
  ['kubelet and proxy', 5, [['node']]],
  ['containerd', 7, [['containerd']]],
  ['both, together or not', 7, [['node'], ['containerd'], ['node', 'containerd']]],
];

describe('a node that is killed', function () {
  this.timeout(300_000);
  let scene: Scene;
  before(async function () {
    const reason = cannotOpenScene();
    if (reason) {
      console.log(`      skipped: a node that is killed: ${reason}`);
      return this.skip();
    }
    console.log(`      seed ${seed}`);
    scene = await openScene();
    await scene.create([stormConfig, ...steady]);
    for (const { metadata } of steady) await scene.pods.untilNow(metadata.name ?? '', 'ready', isReady, patienceMs);
  });
  after(() => scene?.close());

  const containers = (): string[] =>
    scene.pods
      .now()
      .filter(({ metadata }) => metadata.labels?.app === 'steady')
      .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
      .map(status => `${status.containerID} restarts ${status.restartCount}`)
      .sort();

  for (const [round, [what, kills, victims]] of storms.entries())
    it(`by kill -9 of ${what}, goes on with what runs and does what it should`, async () => {
      const before = containers();
      const over = new AbortController();
      const storm = async (): Promise<void> => {
        for (const deed of deedsOf(seed + round, kills, victims)) {
          await systemClock.sleep(deed.afterMs);
          kill(scene, deed.victims);
        }
        over.abort();
      };
      const [staying] = await Promise.all([comeAndGo(scene, 1000 * (round + 1), over.signal), storm()]);
      for (const name of staying) await scene.pods.untilNow(name, 'ready', isReady, patienceMs);
      assert.deepEqual(containers(), before, 'no container that ran was touched');
    });

  it('never counts restarts backwards', () => {
    for (const [container, counts] of restartCounts(scene))
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => a - b),
        container,
      );
  });

  it('leaves nothing of its pods when they are gone', async () => {
    await scene.kubectl('delete', 'pods', '--all', '--wait=false');
    await scene.pods.all('no pod left', all => all.length === 0, patienceMs);
    await eventually(
      () => leaks(scene.lab, scene.pods.uids()),
      found => found.length === 0,
      60_000,
    );
  });
});
