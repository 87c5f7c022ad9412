/** The loops in a living cluster, one after the other: what each promises holds for real containers, on a real node. */
import { autoscaling } from './loops/autoscaling.js';
import { budgets, endings, quotas } from './loops/bounds.js';
import { byHand } from './loops/by-hand.js';
import { data } from './loops/data.js';
import { rollouts } from './loops/deployments.js';
import { garbage } from './loops/garbage.js';
import { identities } from './loops/identities.js';
import { work } from './loops/jobs.js';
import { sets } from './loops/sets.js';
import { actIn, cannotRunNode, openStage, type Part, type Stage, setTheScene } from './loops/stage.js';

/** What takes a minute by itself is asked for at the end. */
const parts: [what: string, Part][] = [
  ['deployments', rollouts],
  ['daemon sets and stateful sets', sets],
  ['quotas and limits', quotas],
  ['claims and slices', data],
  ['identities', identities],
  ['a namespace', endings],
  ['what is typed', byHand],
  ['jobs', work],
  ['owners', garbage],
  ['autoscalers', autoscaling],
  ['budgets', budgets],
];

describe('the loops of a living cluster', function () {
  this.timeout(180_000);
  let stage: Stage;
  before(async function () {
    const reason = cannotRunNode();
    if (reason) {
      console.log(`      skipped: the loops of a living cluster: ${reason}`);
      return this.skip();
    }
    stage = await openStage();
    // All at once: what waits for a deadline or for the clock waits together.
    for (const [, part] of parts) await setTheScene(stage, part);
  });
  after(() => stage?.close());

  for (const [what, part] of parts)
    describe(what, () => {
      part.tests(actIn(part.namespace, () => stage));
    });
});
