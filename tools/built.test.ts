import assert from 'node:assert/strict';
import { orphans, stampOf } from './built.js';

describe('what is left over in dist/', () => {
  it('is what no source is there for, with its map', () => {
    const compiled = [
      'cli/main.js',
      'cli/main.js.map',
      'cli/gone.test.js',
      'cli/gone.test.js.map',
      'api/x.generated.json',
    ];
    assert.deepEqual(orphans(compiled, ['cli/main.ts']), ['cli/gone.test.js', 'cli/gone.test.js.map']);
  });
});

describe('the stamp of a build', () => {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const buildDate = '2026-01-02T03:04:05Z';
  const table: [what: string, git: Record<string, string>, stamp: object][] = [
    ['a clone', { 'rev-parse': 'c0ffee', status: '' }, { gitCommit: 'c0ffee', gitTreeState: 'clean', buildDate }],
    [
      'a changed one',
      { 'rev-parse': 'c0ffee', status: ' M x' },
      { gitCommit: 'c0ffee', gitTreeState: 'dirty', buildDate },
    ],
    ['an archive', {}, { gitCommit: '', gitTreeState: 'archive', buildDate }],
  ];
  for (const [what, git, stamp] of table)
    it(`says what is known of ${what}`, () =>
      assert.deepEqual(
        stampOf(word => git[word as string], at),
        stamp,
      ));
});
