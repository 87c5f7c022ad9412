/** What `patch` does (see patch.ts for its flags). */
import { readFileSync } from 'node:fs';
import { parseYaml, YamlError } from '../../api/yaml.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { dryRunSuffix } from '../objects/manifests.js';
import { typedName } from '../objects/resolve.js';
import { namedTargets, nameOf } from '../objects/targets.js';
import { parseObjectFormat, render } from '../output/format.js';
import { withSession } from '../session.js';
import type { PatchFlags } from './patch.js';

export function patch(args: readonly string[], flags: PatchFlags): Promise<void> {
  const change = changeOf(flags);
  const format = parseObjectFormat(flags.output);
  // A patch is applied by the server alone: a client's dry run is the server's.
  const dryRun = flags.dryRun === 'client' || flags.dryRun === 'server';
  return withSession(flags, async session => {
    const { client } = session;
    for (const target of await namedTargets(session, args, flags)) {
      const { resource, name } = target;
      try {
        const before = await client.get(resource, nameOf(target));
        const after = await client.patch(resource, nameOf(target), flags.type, change, {
          fieldManager: 'kubectl-patch',
          dryRun,
          ...(flags.subresource === undefined ? {} : { subresource: flags.subresource }),
        });
        const changed = dryRun || before.metadata.resourceVersion !== after.metadata.resourceVersion;
        process.stdout.write(
          format
            ? render(format, [{ object: after, resource }], { single: true })
            : `${typedName(resource, name)} patched${changed ? '' : ' (no change)'}${dryRunSuffix(flags.dryRun)}\n`,
        );
      } catch (error) {
        report(error);
      }
    }
  });
}

function changeOf(flags: PatchFlags): unknown {
  if ((flags.patch === undefined) === (flags.patchFile === undefined))
    throw new Failure('must specify --patch or --patch-file containing the contents of the patch, and not both');
  const where = flags.patchFile ?? 'the patch';
  try {
    return parseYaml(flags.patch ?? readFileSync(flags.patchFile ?? '', 'utf8'));
  } catch (error) {
    if (error instanceof YamlError)
      throw new Failure(`unable to parse ${where}:${error.line}:${error.column}: ${error.reason}`);
    throw new Failure(`unable to read ${where}: ${(error as Error).message}`);
  }
}
