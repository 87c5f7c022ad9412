/** An owner's ControllerRevisions, brought into the state that plan.ts says. */

import { semanticEqual } from '../../api/json.js';
import type { ControllerRevision } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { controllerRevisions } from '../../client/resources.js';
import type { Reader, Writer } from '../../client/runtime/controller.js';
import { named } from '../keys.js';
import { claim } from '../owned.js';
import { candidatesOf, claimsOf } from '../ownership.js';
import { controllerOf, matchesSelector } from '../pod-state.js';
import { isAlreadyExists } from '../refusals.js';
import { planRevisions, type Templated, templateOf } from './plan.js';

export interface History {
  /** The revision of the template as it is now. */
  current: ControllerRevision;
  /** All, `current` among them. */
  all: ControllerRevision[];
  /** Revisions with the same template as `current`, whose pods are as good as its own. */
  duplicates: ControllerRevision[];
  collisionCount: number;
}

/** Source `controllerRevisions` with the ownerIndexes must be among the controller's. */
export async function settleHistory<T extends Templated>(
  owner: T & { spec?: { selector?: Parameters<typeof matchesSelector>[0] } },
  owners: Resource<T>,
  read: Reader,
  write: Writer,
): Promise<History> {
  const candidates = candidatesOf(owner, controllerRevisions, read);
  const claims = claimsOf(owner, candidates, one => matchesSelector(owner.spec?.selector, one.metadata.labels));
  await claim(controllerRevisions, claims, owners, owner, write);
  const plan = planRevisions(owner, claims.mine);
  const { duplicates } = plan;
  const before = owner.status?.collisionCount ?? 0;
  if (plan.current) return { current: plan.current, all: claims.mine, duplicates, collisionCount: before };
  if (plan.renumber) {
    const current = await write.update(controllerRevisions, plan.renumber);
    const others = claims.mine.filter(one => one.metadata.uid !== current.metadata.uid);
    return { current, all: [...others, current], duplicates, collisionCount: before };
  }
  const { current, collisions } = await create(owner, plan.create as NonNullable<typeof plan.create>, before, write);
  return { current, all: [...claims.mine, current], duplicates, collisionCount: collisions };
}

/** Makes the revision; under another name, when its name is that of another template with the same hash. */
async function create(
  owner: Templated,
  revisionFor: (collisions: number) => ControllerRevision,
  from: number,
  write: Writer,
): Promise<{ current: ControllerRevision; collisions: number }> {
  for (let collisions = from; ; collisions++) {
    const revision = revisionFor(collisions);
    try {
      return { current: await write.create(controllerRevisions, revision), collisions };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const found = await write.getLive(controllerRevisions, named(revision));
      if (!found) throw error;
      const ours = controllerOf(found)?.uid === owner.metadata.uid;
      if (ours && semanticEqual(templateOf(found), templateOf(revision))) return { current: found, collisions };
    }
  }
}
