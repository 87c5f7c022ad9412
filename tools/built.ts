/**
 * The last step of the build: takes away what was compiled from sources that are no more (a compiler only adds, and
 * mocha would run a test that nobody has any longer), and leaves the stamp that the launcher compares with the sources'
 * times. The stamp says what was built, which /version tells.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, folders, root, sources } from './sources.js';

/** Those of the compiled files that come from none of the sources; paths relative to dist/ and to the root. Pure. */
export function orphans(compiled: readonly string[], sourcePaths: readonly string[]): string[] {
  const known = new Set(sourcePaths.map(path => path.replace(/\.ts$/, '.js')));
  return compiled.filter(path => /\.js(\.map)?$/.test(path) && !known.has(path.replace(/\.map$/, '')));
}

/** Of a clone, its commit and whether files differ from it; of an unpacked archive nothing is known. */
export function stampOf(git: (...words: string[]) => string | undefined, now: Date): object {
  const commit = git('rev-parse', 'HEAD');
  const changes = git('status', '--porcelain', '--untracked-files=no');
  const gitTreeState = commit === undefined ? 'archive' : changes === '' ? 'clean' : 'dirty';
  return { gitCommit: commit ?? '', gitTreeState, buildDate: now.toISOString().replace(/\.\d+Z$/, 'Z') };
}

/** What git says in this clone; undefined when it fails, or is not installed. */
function git(...words: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const dist = join(root, 'dist');
  const compiled = folders.flatMap(folder => filesBelow(join(dist, folder))).map(path => path.slice(dist.length + 1));
  for (const path of orphans(
    compiled,
    sources().map(source => source.path),
  ))
    rmSync(join(dist, path));
  writeFileSync(join(dist, '.built'), JSON.stringify(stampOf(git, new Date())));
}
