/** Runs the tests with real containers in a network namespace of their own: nothing outside sees their bridge or rules. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '../containerd/binaries.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Why they cannot run on this machine, or undefined. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    findBinaries();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('kubelet with real containers', () => {
  for (const file of readdirSync(join(here, 'real')).filter(name => /\.spec\.[jt]s$/.test(name))) {
    it(`${file} passes in a network namespace of its own`, async function () {
      this.timeout(600_000);
      const why = obstacle();
      if (why !== undefined) {
        console.log(`      skipped: ${why}`);
        this.skip();
      }
      assert.equal(await runInNamespace(join(here, 'real', file)), 0, 'see the failures above');
    });
  }
});

/** Answers mocha's exit code: how many tests have failed. */
function runInNamespace(file: string): Promise<number> {
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const loader = file.endsWith('.ts') ? ['--import=tsx'] : [];
  const args = ['--net', process.execPath, ...loader, mocha, '--reporter', 'spec', file];
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', code => resolve(code ?? 1));
  });
}
