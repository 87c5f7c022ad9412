/** What `scale` does (see scale.ts for its flags). */
import type { Scale } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { objectPath } from '../../client/rest/path.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { typedName } from '../objects/resolve.js';
import { type NamedTarget, namedTargets, nameOf } from '../objects/targets.js';
import { parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { ScaleFlags } from './scale.js';

export function scale(args: readonly string[], flags: ScaleFlags): Promise<void> {
  if (flags.replicas < 0)
    throw new Failure('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  const format = parseObjectFormat(flags.output);
  return withSession(flags, async session => {
    for (const target of await namedTargets(session, args, flags)) {
      try {
        await scaleOne(session, target, flags);
        if (format) {
          const object = await session.client.get(target.resource, nameOf(target));
          process.stdout.write(render(format, [{ object, resource: target.resource }], { single: true }));
        } else process.stdout.write(`${typedName(target.resource, target.name)} scaled${dryRunSuffix(flags.dryRun)}\n`);
      } catch (error) {
        report(error);
      }
    }
  });
}

async function scaleOne({ client }: Session, target: NamedTarget, flags: ScaleFlags): Promise<void> {
  const { resource } = target;
  if (!resource.subresources.includes('scale'))
    throw new Failure(`${resource.plural} cannot be scaled: the server has no scale subresource for them`);
  const { body } = await client.raw(objectPath(resource, nameOf(target), 'scale'));
  const current = JSON.parse(body.toString()) as Scale;
  expect(current, flags);
  if (flags.dryRun === 'client') return;
  const wanted: Scale = { ...current, spec: { ...current.spec, replicas: flags.replicas } };
  const dryRun = flags.dryRun === 'server';
  await client.update(resource as Resource<Scale>, wanted, { subresource: 'scale', dryRun });
}

function expect(current: Scale, flags: ScaleFlags): void {
  const replicas = current.spec?.replicas ?? 0;
  if (flags.currentReplicas !== undefined && flags.currentReplicas !== replicas) {
    throw new Failure(`Expected replicas to be ${flags.currentReplicas}, was ${replicas}`);
  }
  if (flags.resourceVersion !== undefined && flags.resourceVersion !== current.metadata.resourceVersion) {
    throw new Failure(
      `Expected resource version to be ${flags.resourceVersion}, was ${current.metadata.resourceVersion}`,
    );
  }
}
