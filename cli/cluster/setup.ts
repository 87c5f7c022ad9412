/** Brings a machine to what a node needs: installs Debian packages when it may, else says what to do. */
import { spawn } from 'node:child_process';
import { Failure } from '../failure.js';
import { explainMissing, missing, nodeRequirements, searchPath } from './requirements.js';
import type { Steps } from './steps.js';

const aptGet = { what: 'apt-get', package: 'apt', anyOf: ['apt-get'] };

/** Throws a Failure that names what is missing, and the mend, where it cannot be installed. */
export async function ensureSystem(steps: Steps): Promise<void> {
  const path = searchPath(process.env.PATH);
  const lacking = missing(nodeRequirements, path);
  if (lacking.length === 0) return;
  if (missing([aptGet], path).length > 0) throw new Failure(explainMissing(lacking));
  const packages = lacking.map(requirement => requirement.package);
  await steps.run(`installing ${packages.join(', ')} with apt-get`, () => install(packages));
  const still = missing(nodeRequirements, path);
  if (still.length > 0) throw new Failure(explainMissing(still));
}

async function install(packages: readonly string[]): Promise<void> {
  // A machine that was just started may be updating itself, and holds apt's lock for a while. Silent mirrors are given up.
  const settings = [
    'DPkg::Lock::Timeout=300',
    'Acquire::http::Timeout=30',
    'Acquire::https::Timeout=30',
    'Acquire::Retries=1',
  ];
  const patiently = ['-qq', ...settings.flatMap(setting => ['-o', setting])];
  // Old lists may do: a mirror that is out of reach is only said when the packages do not come either.
  const updated = await run('apt-get', [...patiently, 'update']);
  const installed = await run('apt-get', [...patiently, '-y', '--no-install-recommends', 'install', ...packages]);
  if (installed.code === 0) return;
  const said = lastLine(installed.said) || lastLine(updated.said) || `exit code ${installed.code}`;
  throw new Failure(
    `apt-get could not install ${packages.join(' ')} (${said}): install ${packages.length > 1 ? 'them' : 'it'} by hand, then try again.`,
  );
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** In a session of its own: an impatient Ctrl-C must not leave packages half installed. */
function run(command: string, args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, said }));
  });
}
