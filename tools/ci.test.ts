/** .ci/run and tools/test.sh, with an npm and a mocha that end as they are told. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './sources.js';

const green = '\u001b[32m';
const plain = '\u001b[0m';

describe('.ci/run', () => {
  let clone: string;
  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'orrery-ci-'));
    mkdirSync(join(clone, '.ci'));
    mkdirSync(join(clone, 'bin'));
    cpSync(join(root, '.ci/run'), join(clone, '.ci/run'));
  });
  after(() => rmSync(clone, { recursive: true }));

  /** The last line and the exit code, when `npm test` says this and ends with this code. */
  function run(says: string, code: number): [lastLine: string | undefined, code: number | null] {
    writeFileSync(join(clone, 'says'), says);
    writeFileSync(join(clone, 'bin/npm'), `#!/bin/sh\ncat says\nexit ${code}\n`, { mode: 0o755 });
    const { stdout, status } = spawnSync(join(clone, '.ci/run'), {
      env: { ...process.env, CI: 'true', PATH: `${join(clone, 'bin')}:${process.env.PATH}` },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    assert.ok(stdout.startsWith(says), 'all that npm test says is shown');
    return [stdout.trimEnd().split('\n').at(-1), status];
  }

  const table: [what: string, says: string, code: number, lastLine: string, exit: number][] = [
    ['all pass', '  12 passing (3s)\n', 0, '12 passed, 0 failed, 0 skipped', 0],
    [
      'some are skipped, in colour',
      `${green} ${plain}${green} 12 passing${plain} (3s)\n  2 pending\n`,
      0,
      '12 passed, 0 failed, 2 skipped',
      0,
    ],
    ['tests fail', '  12 passing (3s)\n  2 pending\n  3 failing\n\n  1) x\n', 3, '12 passed, 3 failed, 2 skipped', 3],
    ['the build fails', 'error TS1\n', 1, '0 passed, 1 failed, 0 skipped', 1],
    ['lint alone fails', '  12 passing (3s)\nlint failed\n', 1, '12 passed, 1 failed, 0 skipped', 1],
    [
      'a test runs a mocha of its own',
      '  5 passing (1s)\n  1 pending\n  1 failing\n\n  12 passing (3s)\n',
      0,
      '12 passed, 0 failed, 0 skipped',
      0,
    ],
  ];
  for (const [what, says, code, lastLine, exit] of table) {
    it(`ends in one plain line, and the right code, when ${what}`, () => {
      assert.deepEqual(run(says, code), [lastLine, exit]);
    });
  }
});

describe('tools/test.sh', () => {
  const unpacked = [
    'kubectl-debian/usr/bin/kubectl',
    'docker-registry-debian/usr/bin/docker-registry',
    'kubectl-debian-next/usr/bin/kubectl',
    'prometheus-debian-next/usr/bin/prometheus',
    'prometheus-debian-next/usr/bin/promtool',
  ].map(path => join('dist', path));
  let clone: string;
  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'orrery-test-'));
    for (const folder of ['tools', 'bin', ...unpacked.map(dirname)])
      mkdirSync(join(clone, folder), { recursive: true });
    cpSync(join(root, 'tools/test.sh'), join(clone, 'tools/test.sh'));
    // Everything is installed, so that nothing is fetched.
    const programs = 'containerd runc iptables nft conntrack busybox ip ps etcd etcdctl kubectl'.split(' ');
    for (const program of [...programs.map(name => join('bin', name)), ...unpacked]) script(program, 'exit 0');
    script('orrery', '[ "$BUILD" = 0 ] || echo "orrery: building failed" >&2; exit $BUILD');
    script('bin/npm', 'exit $LINT');
    script('bin/npx', 'echo "mocha: $*"; exit $TESTS');
    script('bin/apt-get', 'exit 0');
  });
  after(() => rmSync(clone, { recursive: true }));

  function script(file: string, text: string): void {
    writeFileSync(join(clone, file), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const run = (
    BUILD: string,
    LINT: string,
    TESTS: string,
    path = process.env.PATH,
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('bash', [join(clone, 'tools/test.sh'), '--grep', 'x'], {
      env: { PATH: `${join(clone, 'bin')}:${path}`, HOME: '/', BUILD, LINT, TESTS },
      encoding: 'utf8',
    });

  it('runs no test of a build that failed, and repeats what the launcher says of it', () => {
    const { status, stdout, stderr } = run('1', '0', '0');
    assert.equal(status, 1);
    assert.doesNotMatch(stdout, /mocha/);
    assert.match(stderr, /^orrery: building failed$/m);
  });

  /** As root, without containerd, and with an apt-get that does this; what it is given minutes for gets a second here. */
  function withApt(does: string): ReturnType<typeof run> {
    for (const program of ['bin/containerd', ...unpacked]) rmSync(join(clone, program), { force: true });
    mkdirSync(join(clone, 'basics'), { recursive: true });
    for (const program of 'bash mktemp tail rm sleep dirname chmod mkdir cat sed ls'.split(' '))
      if (!existsSync(join(clone, 'basics', program)))
        symlinkSync(join('/usr/bin', program), join(clone, 'basics', program));
    script('bin/id', 'echo 0');
    script('bin/dpkg-deb', 'exit 0');
    script('bin/timeout', 'shift 2; exec /usr/bin/timeout 1 "$@"');
    script('bin/apt-get', `echo "$@" >>"$0.calls"; ${does}`);
    return run('0', '0', '0', join(clone, 'basics'));
  }
  const without: [what: string, does: string][] = [
    ['whose mirror never answers', 'exec sleep 1000'],
    ['that finds no package', 'echo "E: Unable to locate package containerd"; exit 100'],
  ];
  for (const [what, does] of without)
    it(`says what is skipped with an apt-get ${what}, and runs the rest`, function () {
      this.timeout(30_000);
      const { status, stdout } = withApt(does);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^installing what the tests need with apt-get\n/);
      assert.match(stdout, /^some packages could not be installed: the tests that need them will be skipped$/m);
      for (const one of ['kubernetes-client', 'docker-registry', 'kubectl', 'prometheus', 'promtool'])
        assert.match(stdout, new RegExp(`^Debian's package ${one} could not be fetched: the tests that need it`, 'm'));
      assert.match(stdout, /^mocha: /m);
      assert.doesNotMatch(
        readFileSync(join(clone, 'bin/apt-get.calls'), 'utf8'),
        /install -y --no-install-recommends [^-]/,
      );
    });

  it('runs the tests whatever lint says, which fails the whole', () => {
    assert.match(
      run('0', '0', '0').stdout,
      /mocha: --no-install mocha --exit --parallel --jobs [1-4] dist\/\*\*\/\*\.test\.js --grep x\n$/,
    );
    assert.deepEqual(
      [
        ['0', '0', '0'],
        ['0', '0', '7'],
        ['0', '1', '0'],
        ['0', '1', '7'],
      ].map(([build = '', lint = '', tests = '']) => run(build, lint, tests).status),
      [0, 7, 1, 7],
    );
    assert.match(run('0', '1', '0').stdout, /lint failed: .*'npm run format'/);
  });
});
