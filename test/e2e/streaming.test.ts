/**
 * Logs and streams, the whole way: client, API server, kubelet, containerd and back. Each kubectl speaks what it speaks
 * (1.20 SPDY, newer ones WebSocket), and all must see the same.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectls } from '../../apiserver/testing/kubectl.js';
import { root } from '../../tools/sources.js';
import { cannotRunNode, eventually, type Lab, openLab, type Result } from './lab.js';

const image = 'orrery.local/busybox:1';
const main = { name: 'main', image };

const manifest = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    pod('box', [
      { ...main, command: ['sh', '-c', "echo out; echo err >&2; trap 'exit 0' TERM; while :; do sleep 1; done"] },
    ]),
    pod('reader', [{ ...main, stdin: true, command: ['sh', '-c', 'while read x; do echo got $x; done; sleep 1000'] }]),
    pod('web', [
      { ...main, command: ['sh', '-c', 'mkdir /www; echo page > /www/index.html; httpd -f -p 8080 -h /www'] },
    ]),
    pod('two', [
      { name: 'again', image, command: ['sh', '-c', 'echo life; exit 3'] },
      { name: 'absent', image: 'orrery.local/nothing:1', imagePullPolicy: 'Never' },
    ]),
    { ...pod('brief', [{ ...main, command: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.3; done'] }], 'Never') },
  ],
});

function pod(name: string, containers: object[], restartPolicy = 'Always'): object {
  const spec = { containers, restartPolicy, terminationGracePeriodSeconds: 1 };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

describe('logs, exec, attach and port-forward', function () {
  this.timeout(120_000);
  let lab: Lab;

  before(async function () {
    const reason = cannotRunNode() ?? (kubectls().length === 0 ? 'kubectl not installed' : undefined);
    if (reason) {
      console.log(`      skipped: streams through a living cluster: ${reason}`);
      return this.skip();
    }
    lab = openLab();
    await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
    const applied = await lab.run('kubectl', ['apply', '-f', '-'], { input: manifest });
    assert.equal(applied.code, 0, applied.stderr);
    const waited = await lab.run('kubectl', [
      'wait',
      '--for=condition=Ready',
      'pod/box',
      'pod/reader',
      'pod/web',
      '--timeout=60s',
    ]);
    assert.equal(waited.code, 0, waited.stderr);
  });
  after(() => lab?.close());

  /**
   * A terminal that is made another size, and another, while a program runs in it; answers what that program saw. (A size
   * that is told as the program starts may get lost in the runtime.)
   */
  const resized = async (exec: string): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-terminal-'));
    const said = join(folder, 'said');
    const sees = (size: string): string =>
      `until [ "$(stty size)" = "${size}" ]; do sleep 0.1; done; echo sees $(stty size)`;
    const size = (rows: number, cols: number): string => `stty rows ${rows} cols ${cols} < /dev/tty; sleep 0.5`;
    const resizing = `until grep -q "sees 40 9[0]" ${said}; do ${size(33, 101)}; ${size(40, 90)}; done`;
    const script = `(${resizing}) & ${exec} -- sh -c '${sees('33 101')}; ${sees('40 90')}'`;
    try {
      await lab.run('timeout', ['40', 'script', '-qfec', script, said]);
      return await readFile(said, 'utf8');
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('our own exec -it: a terminal that changes its size, over a WebSocket', async () => {
    const orrery = `${process.execPath} ${join(root, 'dist/cli/main.js')} exec -it box`;
    assert.match(await resized(orrery), /sees 33 101[\s\S]*sees 40 90/);
  });

  for (const kubectl of kubectls()) {
    describe(`kubectl ${kubectl.version}`, () => {
      const run = (args: string[], input?: string): Promise<Result> =>
        lab.run(kubectl.path, args, input === undefined ? {} : { input });

      it('exec: output, error output and exit code', async () => {
        const { code, stdout, stderr } = await run(['exec', 'box', '--', 'sh', '-c', 'echo a; echo b >&2; exit 7']);
        assert.deepEqual([code, stdout], [7, 'a\n']);
        assert.match(stderr, /^b\n.*exit code 7/s);
      });

      it('exec -i: a program reads to the end of its input', async () => {
        const input = 'line\n'.repeat(200_000);
        const { code, stdout } = await run(['exec', '-i', 'box', '--', 'wc', '-c'], input);
        assert.deepEqual([code, stdout.trim()], [0, String(input.length)]);
      });

      it('exec: a lot of output arrives whole', async () => {
        const { stdout } = await run(['exec', 'box', '--', 'sh', '-c', 'yes 1234567 | head -c 4000000']);
        assert.equal(stdout.length, 4_000_000);
      });

      it('exec: what is wrong is said', async () => {
        const wrong: [string[], RegExp][] = [
          [['box', '--', 'nosuch'], /"nosuch": executable file not found/],
          [['box', '-c', 'x', '--', 'true'], /container x is not valid for pod box/],
          [['two', '-c', 'absent', '--', 'true'], /container not found \("absent"\)/],
          [['nowhere', '--', 'true'], /pods "nowhere" not found/],
        ];
        for (const [args, message] of wrong) {
          const { code, stderr } = await run(['exec', ...args]);
          assert.notEqual(code, 0);
          assert.match(stderr, message);
        }
      });

      it('cp: a folder into a container, and a file out of it', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'orrery-cp-'));
        try {
          const sent = join(folder, 'sent');
          await mkdir(sent);
          const bytes = randomBytes(3_000_000);
          await writeFile(join(sent, 'large'), bytes);
          await writeFile(join(sent, 'small'), 'text\n');
          const there = `/tmp/cp-${kubectl.version}`;
          const into = await run(['cp', sent, `box:${there}`]);
          assert.equal(into.code, 0, into.stderr);
          assert.equal((await run(['exec', 'box', '--', 'cat', `${there}/small`])).stdout, 'text\n');
          const back = join(folder, 'back');
          const out = await run(['cp', `default/box:${there}/large`, back]);
          assert.equal(out.code, 0, out.stderr);
          assert.ok(bytes.equals(await readFile(back)));
        } finally {
          await rm(folder, { recursive: true });
        }
      });

      it('exec -t: a terminal', async () => {
        // kubectl asks for one only where it has one itself; script gives it one.
        const command = `${kubectl.path} exec -it box -- sh -c 'tty; exit 5'`;
        const { code, stdout } = await lab.run('script', ['-qec', command, '/dev/null']);
        assert.equal(code, 5, stdout);
        assert.match(stdout, /\/dev\/pts\/\d+/);
      });

      it('exec -t: a terminal that changes its size', async () => {
        assert.match(await resized(`${kubectl.path} exec -it box`), /sees 33 101[\s\S]*sees 40 90/);
      });

      it('attach: speaks with the process that runs', async () => {
        const attached = lab.run('timeout', ['5', kubectl.path, 'attach', '-i', 'reader'], {
          input: `${kubectl.version}\n`,
        });
        await eventually(
          () => run(['logs', 'reader']),
          ({ stdout }) => stdout.includes(`got ${kubectl.version}\n`),
        );
        await attached;
      });

      it('port-forward: a connection to a port of the pod', async () => {
        // As long as it takes: a busy machine starts neither program within seconds.
        const ask = `${process.execPath} -e "fetch('http://127.0.0.1:18080/').then(r => r.text()).then(console.log)"`;
        const script = `${kubectl.path} port-forward pod/web 18080:8080 >/dev/null & forward=$!
          until said=$(${ask} 2>/dev/null); do kill -0 $forward || exit 1; sleep 0.2; done; kill $forward; echo "$said"`;
        const { stdout, stderr } = await lab.run('timeout', ['60', 'sh', '-c', script]);
        assert.equal(stdout, 'page\n', stderr);
      });

      it('logs: both streams, tail, limit, previous', async () => {
        assert.deepEqual((await run(['logs', 'box'])).stdout.split('\n').sort(), ['', 'err', 'out']);
        assert.equal((await run(['logs', 'brief', '--tail=2'])).stdout, '2\n3\n');
        assert.equal((await run(['logs', 'brief', '--limit-bytes=3'])).stdout, '1\n2');
        assert.match((await run(['logs', 'brief', '--timestamps', '--tail=1'])).stdout, /^\d{4}-\d\d-\d\dT\S+ 3\n$/);
        await eventually(
          () => run(['logs', 'two', '-c', 'again', '--previous']),
          ({ stdout }) => stdout === 'life\n',
        );
      });

      it('logs -f ends with the container', async () => {
        assert.equal((await run(['logs', '-f', 'brief'])).stdout, '1\n2\n3\n');
      });

      it('logs: what is wrong is said', async () => {
        const wrong: [string[], RegExp][] = [
          [['two', '-c', 'absent'], /container "absent" in pod "two" is waiting to start: ErrImageNeverPull/],
          [['box', '--previous'], /previous terminated container "main" in pod "box" not found/],
          [['box', '-c', 'x'], /container x is not valid for pod box/],
        ];
        for (const [args, message] of wrong) {
          const { code, stderr } = await run(['logs', ...args]);
          assert.notEqual(code, 0);
          assert.match(stderr, message);
        }
      });
    });
  }
});
