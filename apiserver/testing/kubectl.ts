/** Unmodified kubectls: Debian's (1.20, unpacked by tools/test.sh) and the PATH's. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import type { TestCluster } from './cluster.js';

export const kubectls = ['dist/kubectl-debian/usr/bin/kubectl', 'kubectl'];

/** Undefined, with a printed reason, when there is no such program. */
export function versionOf(kubectl: string): string | undefined {
  try {
    const { clientVersion } = JSON.parse(
      execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }),
    );
    return clientVersion.gitVersion;
  } catch {
    console.log(`      skipped: there is no ${kubectl} ("npm test" fetches Debian's; another may be on the PATH)`);
    return undefined;
  }
}

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** A kubectl, as the cluster's administrator. */
export class Kubectl {
  constructor(
    private readonly binary: string,
    private readonly cluster: TestCluster,
  ) {}

  get env(): NodeJS.ProcessEnv {
    const home = this.cluster.dataDir; // for its cache of discovery documents
    return { ...process.env, HOME: home, KUBECONFIG: this.cluster.pki.kubeconfig.admin };
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
