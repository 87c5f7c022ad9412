/** What `version` does (see version.ts for its flags). */
import { readFileSync } from 'node:fs';
import { toYaml } from '../../api/yaml.js';
import { Failure } from '../failure.js';
import { goJson } from '../output/json.js';
import { withSession } from '../session.js';
import type { VersionFlags } from './version.js';

/** From package.json, which lies one folder higher above dist/ than above the sources. */
function ownVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      return `v${(JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version: string }).version}`;
    } catch {
      // The other place, then.
    }
  }
  throw new Failure('package.json is missing from this installation: clone it anew');
}

export async function version(flags: VersionFlags): Promise<void> {
  const { output } = flags;
  if (output !== undefined && output !== 'json' && output !== 'yaml')
    throw new Failure(`--output must be 'yaml' or 'json'`);
  const platform = `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const clientVersion = { gitVersion: ownVersion(), platform, nodeVersion: process.version };
  // Said before the server is asked, so that it is known even where none answers.
  if (output === undefined) process.stdout.write(`Client Version: ${clientVersion.gitVersion}\n`);
  const serverVersion = flags.client ? undefined : await serverOf(flags);
  const both = { clientVersion, ...(serverVersion ? { serverVersion } : {}) };
  if (output === 'json') process.stdout.write(`${goJson(both, 2)}\n`);
  else if (output === 'yaml') process.stdout.write(toYaml(both));
  else if (serverVersion) process.stdout.write(`Server Version: ${serverVersion.gitVersion}\n`);
}

const serverOf = (flags: VersionFlags): Promise<{ gitVersion: string }> =>
  withSession(
    flags,
    async ({ client }) => JSON.parse((await client.raw('/version')).body.toString()) as { gitVersion: string },
  );
