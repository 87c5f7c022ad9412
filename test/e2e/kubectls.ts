/** The kubectls that a machine has: Debian's (1.20, unpacked by tools/test.sh) and the one on the PATH. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/sources.js';

export interface Kubectl {
  path: string;
  /** 'v1.20.2' */
  version: string;
}

export function kubectls(): Kubectl[] {
  const debian = join(root, 'dist/kubectl-debian/usr/bin/kubectl');
  const candidates = [...(existsSync(debian) ? [debian] : []), 'kubectl'];
  const found = candidates.flatMap(path => {
    const version = versionOf(path);
    return version ? [{ path, version }] : [];
  });
  // Where the PATH has none of its own, tools/test.sh puts Debian's there.
  return found.filter(({ version }, i) => found.findIndex(other => other.version === version) === i);
}

function versionOf(path: string): string | undefined {
  try {
    const text = execFileSync(path, ['version', '--client', '-o', 'json'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const { clientVersion } = JSON.parse(text.toString()) as { clientVersion: { gitVersion: string } };
    return clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}
