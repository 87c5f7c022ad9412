/** Brings a machine to what a node needs: installs Debian packages when it may, else says what to do. */
import { spawn } from 'node:child_process';
import { Failure } from '../failure.js';
import { explainMissing, missing, type Requirement, searchPath } from './requirements.js';
import type { Steps } from './steps.js';

const aptGet = { what: 'apt-get', package: 'apt', anyOf: ['apt-get'] };

/** Throws a Failure that names what is missing, and the mend, where it cannot be installed. */
export async function ensureSystem(needed: readonly Requirement[], steps: Steps): Promise<void> {
  const path = searchPath(process.env.PATH);
  const lacking = missing(needed, path);
  if (lacking.length === 0) return;
  if (missing([aptGet], path).length > 0) throw new Failure(explainMissing(lacking));
  const packages = lacking.map(requirement => requirement.package);
  await steps.run('installing what is missing with apt-get', () => {
    steps.say(`           ${packages.join(', ')}`);
    return install(packages, steps);
  });
  const still = missing(needed, path);
  if (still.length > 0) throw new Failure(explainMissing(still));
}

async function install(packages: readonly string[], steps: Steps): Promise<void> {
  // A machine that was just started may be updating itself, and holds apt's lock for a while. Silent mirrors are given up.
  const settings = ['DPkg::Lock::Timeout=300', 'Acquire::http::Timeout=30', 'Acquire::https::Timeout=30'];
  const patiently = ['-q', ...[...settings, 'Acquire::Retries=1'].flatMap(setting => ['-o', setting])];
  const show = (line: string): void => steps.show(line);
  // Old lists may do: a mirror that is out of reach is only said when the packages do not come either.
  const updated = await run('apt-get', [...patiently, 'update'], show);
  const installed = await run('apt-get', [...patiently, '-y', '--no-install-recommends', 'install', ...packages], show);
  if (installed.code === 0) return;
  const said = lastLine(installed.said) || lastLine(updated.said) || `exit code ${installed.code}`;
  const them = packages.length > 1 ? 'them' : 'it';
  throw new Failure(
    `apt-get could not install ${packages.join(' ')} (${said}): install ${them} by hand, then try again.`,
  );
}

/** dpkg goes back to the beginning of a line that it counts in. */
const lastLine = (text: string): string =>
  text
    .trim()
    .split(/[\r\n]+/)
    .at(-1) ?? '';

/** In a session of its own: an impatient Ctrl-C must not leave packages half installed. `onLine` hears what it is at. */
function run(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      onLine(lastLine(text));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => onLine(lastLine(text)));
    child.once('error', reject);
    child.once('close', code => resolve({ code, said }));
  });
}
