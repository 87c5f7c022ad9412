import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, sources } from './sources.js';

interface Row {
  loop: string;
  folders: string[];
  /** As the table says. */
  lines: number;
}

/** The rows of ARCHITECTURE's table of the loops. */
function rows(): Row[] {
  const [, section = ''] = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split(/^## The loops$/m);
  const [table = ''] = section.split(/^## /m);
  return [...table.matchAll(/^\| (.+?) +\| (.+?) +\| +(\d+) \|/gm)].map(([, loop = '', files = '', lines]) => ({
    loop,
    folders: [...files.matchAll(/`(controllers\/\w+\/)`/g)].map(([, folder = '']) => folder),
    lines: Number(lines),
  }));
}

const linesOf = (folders: readonly string[]): number =>
  sources()
    .filter(({ path }) => folders.some(folder => path.startsWith(folder)) && !/\.test\.ts$|\/testing\//.test(path))
    .reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);

describe("ARCHITECTURE's table of the loops", () => {
  it('has every loop', () => {
    const named = new Set(rows().flatMap(({ folders }) => folders));
    const missing = sources()
      .map(({ path }) => /^(controllers\/\w+\/)controller\.ts$/.exec(path)?.[1])
      .filter(folder => folder !== undefined && !named.has(folder));
    assert.deepEqual(missing, []);
  });

  for (const { loop, folders, lines } of rows())
    it(`says how long it is: ${loop}`, () => {
      const real = linesOf(folders);
      assert.ok(Math.abs(real - lines) <= Math.max(25, real / 5), `it has ${real} lines by now, not ${lines}`);
    });
});
