/** What `set image` does (see set.ts for its flags). */
import type { AnyObject } from '../../api/types.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { splitImages, withImages } from '../objects/images.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { typedName } from '../objects/resolve.js';
import { type NamedTarget, namedTargets, nameOf, objectOf } from '../objects/targets.js';
import { parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { SetImageFlags } from './set.js';

export function setImage(words: readonly string[], flags: SetImageFlags): Promise<void> {
  const { objects, images } = splitImages(words);
  if (objects.length === 0 && flags.filename === undefined)
    throw new Failure('You must provide one or more resources by argument or filename, such as deployment/web.');
  if (images.size === 0) throw new Failure('at least one image update is required');
  const format = parseObjectFormat(flags.output);
  return withSession(flags, async session => {
    for (const target of await namedTargets(session, objects, flags)) {
      try {
        const after = await setOne(session, target, images, flags);
        if (!after) continue;
        process.stdout.write(
          format
            ? render(format, [{ object: after, resource: target.resource }], { single: true })
            : `${typedName(target.resource, target.name)} image updated${dryRunSuffix(flags.dryRun)}\n`,
        );
      } catch (error) {
        report(error);
      }
    }
  });
}

/** The object with the images; undefined where it has them already. */
async function setOne(
  session: Session,
  target: NamedTarget,
  images: ReadonlyMap<string, string>,
  { dryRun, fieldManager }: SetImageFlags,
): Promise<AnyObject | undefined> {
  const { resource, name } = target;
  const change = withImages(await objectOf(session, target), images, `${resource.plural}/${name}`);
  if (!change) return undefined;
  if (dryRun === 'client') return change.object;
  return session.client.patch(resource, nameOf(target), 'strategic', change.patch, {
    fieldManager,
    dryRun: dryRun === 'server',
  });
}
