import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { complete, type LockFile, lockPath, missingOptional } from './lockfile.js';

describe('the lock file', () => {
  it('names every optional package, so that npm ci takes it on every platform', () => {
    const lock = JSON.parse(readFileSync(lockPath, 'utf8')) as LockFile;
    assert.deepEqual(Object.keys(missingOptional(lock)), [], 'run: npx tsx tools/lockfile.ts');
  });

  it('is completed with what a mirror of the registry has left out', () => {
    const lock: LockFile = {
      packages: {
        'node_modules/x': {
          version: '1.0.0',
          optionalDependencies: { '@x/linux-x64-musl': '1.0.0', '@x/linux-x64': '1.0.0' },
        },
        'node_modules/@x/linux-x64': { version: '1.0.0' },
      },
    };
    const added = complete(lock).packages['node_modules/@x/linux-x64-musl'];
    assert.deepEqual(added, { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] });
    assert.deepEqual(missingOptional(complete(lock)), {});
  });
});
