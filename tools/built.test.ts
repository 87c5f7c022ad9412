import assert from 'node:assert/strict';
import { orphans } from './built.js';

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
