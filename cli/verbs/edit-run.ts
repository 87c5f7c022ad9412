/** What `edit` does (see edit.ts for its flags). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clone, deepEqual } from '../../api/json.js';
import { createTwoWayPatch } from '../../api/patch/index.js';
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { toYaml } from '../../api/yaml.js';
import { sentenceFor } from '../exit.js';
import { Failure } from '../failure.js';
import { parseManifests } from '../objects/files.js';
import { mergeSchemaFor } from '../objects/merge-schema.js';
import { typedName } from '../objects/resolve.js';
import { type NamedTarget, namedTargets, nameOf } from '../objects/targets.js';
import { goJson } from '../output/json.js';
import { type Session, withSession } from '../session.js';
import type { EditFlags } from './edit.js';

const advice = [
  "Please edit the object below. Lines beginning with a '#' will be ignored,",
  'and an empty file will abort the edit. If an error occurs while saving this file will be',
  'reopened with the relevant failures.',
  '',
];

export function edit(args: readonly string[], flags: EditFlags): Promise<void> {
  return withSession(flags, async session => {
    for (const target of await namedTargets(session, args, flags)) await editOne(session, target, flags);
  });
}

/** Opens the editor until the server takes what was written, or nothing more is changed. */
async function editOne(session: Session, target: NamedTarget, flags: EditFlags): Promise<void> {
  const shown = clone(await session.client.get(target.resource, nameOf(target)));
  delete shown.metadata.managedFields;
  const folder = mkdtempSync(join(tmpdir(), 'orrery-edit-'));
  const file = join(folder, `${target.name}.${flags.output ?? 'yaml'}`);
  let text = flags.output === 'json' ? `${goJson(shown, 4)}\n` : toYaml(shown);
  let complaint: string | undefined;
  try {
    for (;;) {
      const before = commented([...advice, ...(complaint?.split('\n') ?? [])]) + text;
      const after = edited(file, before);
      text = withoutComments(after);
      if (after === before || text.trim() === '') return cancelled(complaint);
      complaint = await save(session, target, shown, text);
      if (complaint === undefined) return;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cancelled(complaint: string | undefined): void {
  if (complaint !== undefined) {
    process.stderr.write(`${complaint}\n`);
    throw new Failure('Edit cancelled, no valid changes were saved.');
  }
  process.stderr.write('Edit cancelled, no changes made.\n');
}

const commented = (lines: readonly string[]): string =>
  lines
    .map(line => `# ${line}`.trimEnd())
    .join('\n')
    .concat('\n');

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .join('\n');

/** Sends the difference; what the server (or the YAML reader) says against it, undefined when it was taken. */
async function save(
  { client }: Session,
  target: NamedTarget,
  shown: AnyObject,
  text: string,
): Promise<string | undefined> {
  try {
    const [wanted] = parseManifests(text, 'the edited file').map(manifest => manifest.object);
    if (!wanted) return 'the file holds no object';
    if (wanted.kind !== shown.kind || wanted.metadata.name !== shown.metadata.name)
      return 'kind and name may not be changed';
    if (deepEqual(wanted, shown)) {
      cancelled(undefined);
      return undefined;
    }
    const schema = mergeSchemaFor(shown);
    const patch = createTwoWayPatch(shown, wanted, schema);
    await client.patch(target.resource, nameOf(target), schema ? 'strategic' : 'merge', patch, {
      fieldManager: 'kubectl-edit',
      fieldValidation: 'Strict',
    });
    process.stdout.write(`${typedName(target.resource, target.name)} edited\n`);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError || error instanceof Failure) return sentenceFor(error);
    throw error;
  }
}

/** What the file holds after the editor has closed. */
function edited(file: string, text: string): string {
  writeFileSync(file, text);
  const editor = process.env.KUBE_EDITOR || process.env.EDITOR || 'vi';
  // Through a shell, since an editor may come with flags ("code --wait"); the file's name is an argument, not text.
  const result = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  if (result.status !== 0)
    throw new Failure(
      `there was a problem with the editor "${editor}": set KUBE_EDITOR or EDITOR to one that works here`,
    );
  return readFileSync(file, 'utf8');
}
