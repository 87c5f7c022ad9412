/** ./orrery, the launcher: what it says of a machine that lacks something, and when it installs and builds. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folders, root } from '../../tools/sources.js';

/** What the launcher uses of every Debian; node and npm are not among them. */
const system =
  'sh env readlink dirname ls id find date mktemp tail rm touch cut getent flock runuser test mkdir cat sleep echo'.split(
    ' ',
  );

/** What macOS lacks of that. */
const ofLinux = ['flock', 'runuser', 'getent'];

/** As that of macOS: it knows no parts of a second. */
const date = `#!/bin/sh
[ "$1" = +%s%3N ] && exec /bin/date +%s3N
exec /bin/date "$@"`;

/** A node that says which one it is, and else what it was told to run. */
const node = (version: string): string => `#!/bin/sh
case $1 in
  -p) echo ${version.split('.')[0]} ;;
  --version) echo v${version} ;;
  *) echo "ran $*" ;;
esac`;

/** Does what npm would leave behind. */
const npm = `#!/bin/sh
echo "npm $* for $(id -un) at home in $HOME" >>calls
[ ! -e broken ] || { echo "E404 of the registry"; exit 1; }
case $1 in
  ci) mkdir -p node_modules; touch node_modules/.package-lock.json ;;
  run) sleep 0.3; mkdir -p dist; touch dist/.built ;;
esac`;

const whereIs = (program: string): string => {
  const found = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map(dir => join(dir, program)).find(existsSync);
  return found ?? assert.fail(`${program} is not on this machine`);
};

describe('the launcher', () => {
  let folder: string;
  let bin: string;
  /** A folder with a space in its name, as some have. */
  let clone: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-launcher-'));
    chmodSync(folder, 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    bin = mkdtempSync(join(folder, 'bin-'));
    chmodSync(bin, 0o755);
    for (const program of system) symlinkSync(whereIs(program), join(bin, program));
    clone = join(mkdtempSync(join(folder, 'clone-')), 'my clone');
    for (const name of folders) mkdirSync(join(clone, name), { recursive: true });
    for (const file of ['orrery', 'package.json', 'package-lock.json', 'tsconfig.json'])
      cpSync(join(root, file), join(clone, file));
    writeFileSync(join(clone, 'cli', 'main.ts'), '');
  });

  function install(program: string, script: string): void {
    writeFileSync(join(bin, program), script, { mode: 0o755 });
  }
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> =>
    spawnSync(join(clone, 'orrery'), args, { env: { PATH: bin, HOME: '/', ...env }, encoding: 'utf8' });
  const calls = (): string => spawnSync('cat', [join(clone, 'calls')], { encoding: 'utf8' }).stdout;

  const refusals: [what: string, prepare: () => void, env: NodeJS.ProcessEnv, sentence: RegExp][] = [
    ['no Node.js', () => undefined, {}, /^orrery: Node\.js is not on the PATH: install version 20 or newer\.\n$/],
    [
      "no Node.js on root's PATH",
      () => undefined,
      { SUDO_USER: 'ada' },
      /^orrery: Node\.js is not on root's PATH: .* sudo env "PATH=\$PATH" \.\/orrery get pods\n$/,
    ],
    [
      'too old a Node.js',
      () => install('node', node('18.19.0')),
      {},
      /^orrery: Node\.js v18\.19\.0 \(.*\/node\) is too old: install version 20 or newer\.\n$/,
    ],
    [
      'no npm',
      () => install('node', node('20.1.0')),
      {},
      /^orrery: npm is not on the PATH: install it \('apt-get install npm'/,
    ],
  ];
  for (const [what, prepare, env, sentence] of refusals) {
    it(`says what to do about ${what}`, () => {
      prepare();
      const { status, stdout, stderr } = run(['get', 'pods'], env);
      assert.match(stderr, sentence);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  it('installs and builds at first, with the time it took, then runs the CLI; and does only what has changed', () => {
    install('node', node('22.0.0'));
    install('npm', npm);
    const first = run(['get', 'pods', '-A']);
    assert.match(first.stderr, /^ +\d+\.\d s {2}installing npm packages\n +\d+\.\d s {2}building\n$/);
    assert.deepEqual([first.status, first.stdout], [0, `ran ${clone}/dist/cli/main.js get pods -A\n`]);

    const second = run(['get', 'pods']);
    assert.equal(second.stderr, '');
    assert.equal(second.status, 0);

    const later = Date.now() / 1000 + 60;
    utimesSync(join(clone, 'cli', 'main.ts'), later, later);
    assert.match(run(['version']).stderr, /^ +\d+\.\d s {2}building\n$/);
    utimesSync(join(clone, 'package-lock.json'), later, later);
    assert.match(run(['version']).stderr, /installing npm packages/);
  });

  it('needs nothing of Linux', () => {
    for (const program of [...ofLinux, 'date']) rmSync(join(bin, program));
    install('date', date);
    install('node', node('22.0.0'));
    install('npm', npm);
    const { status, stderr, stdout } = run(['get', 'pods']);
    assert.match(stderr, /^ +\d+\.0 s {2}installing npm packages\n +\d+\.0 s {2}building\n$/);
    assert.deepEqual([status, stdout], [0, `ran ${clone}/dist/cli/main.js get pods\n`]);
  });

  it('shows on a terminal how long a step has taken so far, and in the end what a pipe sees', () => {
    install('node', node('22.0.0'));
    install('npm', npm.replace('ci)', 'ci) sleep 1.2;'));
    const command = `'${join(clone, 'orrery')}' help`;
    const { stdout, status } = spawnSync(whereIs('script'), ['-qec', command, '/dev/null'], {
      env: { PATH: bin, HOME: '/', SHELL: '/bin/sh' },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /\r {2}1\.\d s {2}installing npm packages \.\.\.\r/);
    const seen = stdout.split('\n').map(line => line.trimEnd().split('\u001b[K').at(-1));
    assert.match(seen.join('\n'), /^ +1\.\d s {2}installing npm packages\n +\d\.\d s {2}building\nran .* help\n$/);
  });

  it('shows what a step said when it failed, and does it again the next time', () => {
    install('node', node('22.0.0'));
    install('npm', npm);
    writeFileSync(join(clone, 'broken'), '');
    const failed = run(['up']);
    assert.match(
      failed.stderr,
      /installing npm packages: failed\nE404 of the registry\norrery: installing npm packages failed .*: mend/,
    );
    assert.deepEqual([failed.status, failed.stdout], [1, '']);
    rmSync(join(clone, 'broken'));
    assert.equal(run(['up']).status, 0);
  });

  it('may be started twice at once: the second waits, and finds nothing to do', async () => {
    install('node', node('22.0.0'));
    install('npm', npm);
    const both = [1, 2].map(() =>
      spawn(join(clone, 'orrery'), ['help'], { env: { PATH: bin, HOME: '/' }, stdio: 'ignore' }),
    );
    const codes = await Promise.all(both.map(child => once(child, 'exit')));
    assert.deepEqual(codes, [
      [0, null],
      [0, null],
    ]);
    assert.equal(calls().split('\n').filter(Boolean).length, 2, calls());
  });

  it("leaves packages and build to the clone's owner when root runs it", function () {
    if (process.geteuid?.() !== 0) {
      console.log('      skipped: not root');
      return this.skip();
    }
    install('node', node('22.0.0'));
    install('npm', npm);
    const [, , uid, gid, , home] = spawnSync('getent', ['passwd', 'nobody'], { encoding: 'utf8' }).stdout.split(':');
    for (const path of [join(clone, '..'), clone, ...folders.map(name => join(clone, name))])
      chownSync(path, Number(uid), Number(gid));
    const { status, stderr } = run(['up'], { SUDO_USER: 'nobody' });
    assert.equal(status, 0, stderr);
    assert.match(calls(), new RegExp(`^npm ci .* for nobody at home in ${home}\\nnpm run .* for nobody `));
    assert.equal(statSync(join(clone, 'node_modules')).uid, Number(uid));
    assert.equal(statSync(join(clone, 'dist')).uid, Number(uid));
  });

  it('says whose clone it is to who may not write to it', function () {
    if (process.geteuid?.() !== 0) {
      console.log('      skipped: not root, and so nobody else either');
      return this.skip();
    }
    install('node', node('22.0.0'));
    install('npm', npm);
    chmodSync(join(clone, '..'), 0o755);
    const { status, stderr } = spawnSync('runuser', ['-u', 'nobody', '--', join(clone, 'orrery'), 'up'], {
      env: { PATH: bin, HOME: '/' },
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^orrery: root's clone .*my clone cannot be written to by nobody: run it as its owner, or with sudo\.\n$/,
    );
  });
});
