/** What /version says: the version of the Kubernetes API that is served, and what serves it. */
import { readFileSync } from 'node:fs';

/** What the build left beside what it compiled (tools/built.ts); run from the sources, there is none. */
function stamp(): object {
  try {
    return JSON.parse(readFileSync(new URL('../../.built', import.meta.url), 'utf8')) as object;
  } catch {
    return {};
  }
}

export const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+orrery',
  gitCommit: '',
  gitTreeState: 'archive',
  buildDate: '1970-01-01T00:00:00Z',
  ...stamp(),
  goVersion: '',
  compiler: `node ${process.version}`,
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
