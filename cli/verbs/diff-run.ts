/** What `diff` does (see diff.ts for its flags): two folders of objects, as they are and as they would be, for a program that compares. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clone } from '../../api/json.js';
import type { AnyObject } from '../../api/types.js';
import { toYaml } from '../../api/yaml.js';
import { Failure } from '../failure.js';
import { applyObject, lastApplied } from '../objects/apply.js';
import { isNotFound } from '../objects/fetch.js';
import { readManifests } from '../objects/files.js';
import { placed } from '../objects/manifests.js';
import { masked } from '../objects/masked.js';
import { mergeSchemaFor } from '../objects/merge-schema.js';
import { resourceFor } from '../objects/resolve.js';
import { nameOf } from '../objects/targets.js';
import { type Session, withSession } from '../session.js';
import type { DiffFlags } from './diff.js';

/** What went wrong is more than 1: 1 says that there are differences. */
const trouble = 2;

/** The exit code. */
export function diff(flags: DiffFlags): Promise<number> {
  if (flags.filename === undefined) throw new Failure('must specify -f: a manifest, a folder of them, or -', trouble);
  return withSession(flags, async session => {
    const folders = ['LIVE-', 'MERGED-'].map(name => mkdtempSync(join(tmpdir(), name)));
    const [live = '', merged = ''] = folders;
    try {
      for (const { object, source } of readManifests(flags)) {
        const states = await statesOf(session, object, source, flags);
        const { before, after } = masked(states.live, states.merged);
        if (before) writeFileSync(join(live, states.file), shown(before, flags));
        writeFileSync(join(merged, states.file), shown(after, flags));
      }
      return compare(live, merged);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });
}

interface States {
  /** 'apps.v1.Deployment.default.web' */
  file: string;
  live: AnyObject | undefined;
  merged: AnyObject;
}

/** The server says what would become of it, and does not do it. */
async function statesOf(session: Session, object: AnyObject, source: string, flags: DiffFlags): Promise<States> {
  const { client } = session;
  const resource = resourceFor(object, await session.resources(), source);
  const wanted = placed(object, resource, session.namespace, flags.namespace);
  const { name = '', namespace } = wanted.metadata;
  const target = { resource, name, ...(namespace === undefined ? {} : { namespace }) };
  const live = await client.get(resource, nameOf(target)).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const { object: merged } = await applyObject(client, resource, wanted, {
    schemaOf: mergeSchemaFor,
    dryRun: 'server',
    ...(flags.serverSide ? { serverSide: true, force: flags.forceConflicts ?? false } : {}),
    ...(flags.fieldManager === undefined ? {} : { fieldManager: flags.fieldManager }),
  });
  const file = [resource.group, resource.version, resource.kind, namespace ?? '', name].filter(Boolean).join('.');
  return { file, live, merged };
}

/** Without what apply remembers for itself: it says again what stands above, a Secret's values too. */
function shown(object: AnyObject, { showManagedFields }: DiffFlags): string {
  const copy = clone(object);
  const { [lastApplied]: _, ...annotations } = copy.metadata.annotations ?? {};
  if (Object.keys(annotations).length > 0) copy.metadata.annotations = annotations;
  else delete copy.metadata.annotations;
  if (!showManagedFields) delete copy.metadata.managedFields;
  return toYaml(copy);
}

/** By KUBECTL_EXTERNAL_DIFF, a program with its flags; else by diff, as patches have it. */
function compare(live: string, merged: string): number {
  const [program = 'diff', ...words] = (process.env.KUBECTL_EXTERNAL_DIFF || 'diff -u -N').split(/\s+/);
  const { status, error } = spawnSync(program, [...words, live, merged], { stdio: 'inherit' });
  if (error)
    throw new Failure(
      `failed to run "${program}": ${error.message}: install it, or set KUBECTL_EXTERNAL_DIFF`,
      trouble,
    );
  return status ?? trouble;
}
