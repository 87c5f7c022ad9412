/** What `apply` does (see apply.ts for its flags). */
import { Failure } from '../failure.js';
import { applyObject } from '../objects/apply.js';
import { readManifests } from '../objects/files.js';
import { dryRunSuffix, fieldValidation, forEachManifest } from '../objects/manifests.js';
import { mergeSchemaFor } from '../objects/merge-schema.js';
import { type Found, parseObjectFormat, render } from '../output/format.js';
import { withSession } from '../session.js';
import type { ApplyFlags } from './apply.js';

export function apply(flags: ApplyFlags): Promise<void> {
  if (flags.filename === undefined) throw new Failure('must specify -f: a manifest, a folder of them, or -');
  return withSession(flags, async session => {
    const format = parseObjectFormat(flags.output);
    const found: Found[] = [];
    const options = {
      schemaOf: mergeSchemaFor,
      warn: (text: string) => void process.stderr.write(`Warning: ${text}\n`),
      fieldValidation: fieldValidation(flags.validate),
      ...(flags.serverSide ? { serverSide: true, force: flags.forceConflicts ?? false } : {}),
      ...(flags.fieldManager === undefined ? {} : { fieldManager: flags.fieldManager }),
      ...(flags.dryRun === 'client' || flags.dryRun === 'server' ? { dryRun: flags.dryRun } : {}),
    };
    await forEachManifest(
      session,
      readManifests(flags),
      flags.namespace,
      async (object, resource) => {
        const applied = await applyObject(session.client, resource, object, options);
        return { object: applied.object, said: `${applied.result}${dryRunSuffix(flags.dryRun)}` };
      },
      done => {
        found.push(done);
        if (!format) process.stdout.write(`${done.line}\n`);
      },
    );
    if (format && found.length > 0) process.stdout.write(render(format, found, { single: found.length === 1 }));
  });
}
