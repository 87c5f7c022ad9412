/** Tables of command lines: what our CLI must say, and that kubectl says the same. */
import assert from 'node:assert/strict';
import type { Fixture } from './fixture.js';
import type { Result } from './programs.js';

/** Exactly this, or matching this. */
export type Expected = string | RegExp;

export interface Row {
  /** The command line; split at spaces, but not inside single quotes. `~` is a namespace of the program's own. */
  args: string;
  input?: string;
  /** 0 unless said otherwise. */
  code?: number;
  out?: Expected;
  err?: Expected;
  /** How our stdout is meant to differ from kubectl's; nothing is compared then. */
  differs?: string;
  /** kubectl's stderr is to be the same as well. */
  sameError?: boolean;
}

export const words = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));

const namespaces = { orrery: 'ours', kubectl: 'theirs' } as const;

/** The namespaces that `~` stands for. */
export const ownNamespaces = Object.values(namespaces);

/** Runs each row with both programs, and says which row is wrong. */
export async function checkRow(fixture: Fixture, row: Row): Promise<void> {
  const compared = fixture.kubectl !== undefined && row.differs === undefined;
  const [ours, theirs] = await Promise.all([
    run(fixture, 'orrery', row),
    compared ? run(fixture, 'kubectl', row) : undefined,
  ]);
  assert.equal(ours.code, row.code ?? 0, `exit code; stderr: ${ours.stderr}`);
  check(ours.stdout, row.out, 'stdout');
  check(ours.stderr, row.err ?? (ours.code === 0 ? '' : undefined), 'stderr');
  if (!theirs) return;
  assert.equal(ours.stdout, theirs.stdout, "kubectl's stdout");
  assert.equal(ours.code, theirs.code, "kubectl's exit code");
  if (row.sameError) assert.equal(ours.stderr, theirs.stderr, "kubectl's stderr");
}

function check(text: string, expected: Expected | undefined, what: string): void {
  if (expected instanceof RegExp) assert.match(text, expected);
  else if (expected !== undefined) assert.equal(text.trimEnd(), expected.trimEnd(), what);
}

async function run(fixture: Fixture, who: 'orrery' | 'kubectl', row: Row): Promise<Result> {
  const own = namespaces[who];
  const program = who === 'orrery' ? fixture.orrery : fixture.kubectl;
  assert.ok(program);
  const put = (text: string): string => text.replaceAll('~', own);
  const options = row.input === undefined ? {} : { input: put(row.input) };
  const { code, stdout, stderr } = await program(words(put(row.args)), options);
  return { code, stdout: normal(stdout, own), stderr: normal(stderr, own) };
}

/** Without what is each run's own: namespaces, ids, versions, times to the second (and their widths), and spaces that trail. */
const normal = (text: string, own: string): string =>
  text
    .replaceAll(own, '~')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID')
    .replace(/(resourceVersion"?: )"\d+"/g, '$1"N"')
    .replace(/(Resource Version: +)\d+/g, '$1N')
    .replace(/(creationTimestamp"?: )"[^"]+"/g, '$1"TIME"')
    .replace(/\b\d+(?:m\d+)?s\b/g, 'AGE')
    .replace(/\bAGE {2,}/g, 'AGE   ')
    .replace(/[ \t]+$/gm, '');
