/** Unmodified kubectls, old and new, as the cluster's administrator. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestCluster } from './cluster.js';

export interface KubectlProgram {
  path: string;
  /** 'v1.36.4' */
  version: string;
  /** 36 */
  minor: number;
}

/** Debian's present one (1.20) and its next release's, which tools/test.sh unpacks beside the build, and the PATH's. */
const candidates = [
  resolve('dist/kubectl-debian/usr/bin/kubectl'),
  resolve('dist/kubectl-debian-next/usr/bin/kubectl'),
  'kubectl',
];
let known: readonly KubectlProgram[] | undefined;

/** The oldest and the newest kubectl that this machine offers, in that order; where there are fewer, that is printed. */
export function kubectls(): readonly KubectlProgram[] {
  known ??= ends(candidates.filter(path => !path.includes('/') || existsSync(path)).flatMap(asked));
  return known;
}

function ends(found: readonly KubectlProgram[]): readonly KubectlProgram[] {
  const sorted = found.toSorted((a, b) => a.minor - b.minor);
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest && newest && oldest.minor < newest.minor) return [oldest, newest];
  console.log(
    `      skipped: tests with ${oldest ? 'a second' : 'any'} kubectl: there is none ("npm test" fetches Debian's)`,
  );
  return oldest ? [oldest] : [];
}

function asked(path: string): KubectlProgram[] {
  try {
    const text = execFileSync(path, ['version', '--client', '-o', 'json'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const version: string = JSON.parse(text.toString()).clientVersion.gitVersion;
    return [{ path, version, minor: Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 0) }];
  } catch {
    return [];
  }
}

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

export class Kubectl {
  constructor(
    private readonly binary: string,
    private readonly cluster: TestCluster,
  ) {}

  /** Variables of its environment, from now on. */
  readonly settings: Record<string, string> = {};

  get env(): NodeJS.ProcessEnv {
    const home = this.cluster.dataDir; // for its cache of discovery documents
    return { ...process.env, ...this.settings, HOME: home, KUBECONFIG: this.cluster.pki.kubeconfig.admin };
  }

  run(...args: string[]): Promise<Outcome> {
    return new Promise(resolve => {
      execFile(this.binary, args, { env: this.env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });
  }

  /** Answers what it printed; it must succeed. */
  async ok(...args: string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${err}`);
    return out;
  }

  /** Answers what it complained; it must fail. */
  async fails(...args: string[]): Promise<string> {
    const { code, err } = await this.run(...args);
    assert.notEqual(code, 0, args.join(' '));
    return err;
  }
}
