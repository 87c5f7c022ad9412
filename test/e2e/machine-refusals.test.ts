/** What is missing on a machine is one clear sentence with the mend, nothing is left half done, and the mend works. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../../cli/cluster/layout.js';
import { etcdMissing } from '../../storage/contract/etcd-server.js';
import { type Lab, openLab, type Result } from './lab.js';
import { main, mountsOf, orrery, processesOf, startProgram, whereNodesRun } from './machine.js';

const whole = (sentence: string): RegExp => new RegExp(`^error: ${sentence}\n$`);

/** The command on a machine whose file system was changed by a script: only it sees that. */
const changed = (lab: Lab, script: string, ...args: string[]): Promise<Result> => {
  const rest = [process.execPath, main, ...args, '--data-dir', lab.dataDir];
  return lab.run('unshare', ['--mount', 'sh', '-ec', `${script}\nexec "$@"`, 'sh', ...rest], { timeoutMs: 120_000 });
};

/** Hides a program, or puts a script in its place. */
const without = (program: string): string => `mount --bind /dev/null "$(readlink -f "$(command -v ${program})")"`;
const instead = (program: string, script: string): string =>
  `file=$(mktemp); printf '#!/bin/sh\\n${script}\\n' > "$file"; chmod 755 "$file"
mount --bind "$file" "$(readlink -f "$(command -v ${program})")"; rm "$file"`;

function whereAptIs(this: Mocha.Context): void {
  if (spawnSync('sh', ['-c', 'command -v apt-get']).status === 0) return;
  console.log('      skipped: no apt-get on this machine');
  this.skip();
}

describe('a machine that is not as a cluster needs it', function () {
  this.timeout(120_000);
  whereNodesRun('what is said of a machine that lacks something');
  let lab: Lab;
  before(() => {
    lab = openLab();
  });
  after(() => lab?.close());

  const nothingWasDone = (): void => {
    assert.deepEqual(processesOf(lab), []);
    assert.equal(existsSync(layoutOf(lab.dataDir).config), false);
  };
  const refused = ({ code, stderr }: Result, sentence: string): void => {
    assert.match(stderr, whole(sentence));
    assert.equal(code, 1);
  };

  it('says which program has a port, and how to take another', async () => {
    const listen = 'require("net").createServer().listen(+process.argv[1], "0.0.0.0", () => console.log("listens"))';
    for (const [port, who, flag] of [
      ['6443', 'the API server', '--port'],
      ['10250', 'the kubelet', '--kubelet-port'],
    ] as const) {
      const { child, says } = startProgram(lab, process.execPath, '-e', listen, port);
      await says('listens');
      try {
        const mend = `stop it, or choose another port with ${flag}\\.`;
        refused(
          await orrery(lab, 'up'),
          `port ${port}, which ${who} needs, is taken by \\S+ \\(pid ${child.pid}\\): ${mend}`,
        );
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    nothingWasDone();
  });

  it('says what is not installed where nothing can install it', async () => {
    const hidden = [without('containerd'), without('conntrack'), without('apt-get')].join('\n');
    refused(
      await changed(lab, hidden, 'up'),
      "containerd and conntrack are not installed: run 'sudo apt-get install containerd conntrack', or your system's like\\.",
    );
    nothingWasDone();
  });

  it('says what several control planes need, and how many there can be', async function () {
    const { code, stderr } = await orrery(lab, 'up', '--control-planes', '2');
    assert.equal(code, 1);
    assert.match(stderr, /argument '2' is invalid\. 1, 3 or 5 are possible: /);
    refused(
      await orrery(lab, 'up', '--control-planes', '3', '--datastore', 'lmdb'),
      "3 control planes cannot share lmdb, which is one API server's: leave --datastore out, and each brings a member of an etcd, or name one with etcd://host:port,\\.\\.\\.",
    );
    const missing = etcdMissing();
    if (missing !== undefined) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    refused(
      await changed(lab, [without('etcd'), without('apt-get')].join('\n'), 'up', '--control-planes', '3'),
      "etcd is not installed: run 'sudo apt-get install etcd-server', or your system's like\\.",
    );
    nothingWasDone();
  });

  it('says what apt-get said when it cannot install', async function () {
    whereAptIs.call(this);
    const broken = instead('apt-get', 'echo "E: Unable to locate package containerd" >&2; exit 100');
    const { code, stdout, stderr } = await changed(lab, `${without('containerd')}\n${broken}`, 'up');
    assert.match(stdout, /^ +\d+\.\d s {2}installing what is missing with apt-get: failed\n {11}containerd\n$/);
    refused(
      { code, stdout, stderr },
      'apt-get could not install containerd \\(E: Unable to locate package containerd\\): install it by hand, then try again\\.',
    );
    nothingWasDone();
  });

  it('says so when the data directory cannot be written to, or its disk is full', async () => {
    const on = (options: string): string => `mount -t tmpfs ${options} tmpfs ${lab.dataDir}`;
    const mend = 'mend its disk, or choose another with --data-dir\\.';
    refused(
      await changed(lab, on('-o ro'), 'up'),
      `the data directory ${lab.dataDir} cannot be written to \\(EROFS\\): ${mend}`,
    );
    refused(
      await changed(lab, on('-o size=20m'), 'up'),
      `20 MB are free on the disk of ${lab.dataDir}, and a cluster needs 100: make room there, or choose another with --data-dir\\.`,
    );
    const full = `${on('-o size=1m')}\ndd if=/dev/zero of=${lab.dataDir}/full bs=4k 2>/dev/null || true`;
    refused(
      await changed(lab, full, 'up'),
      `the data directory ${lab.dataDir} cannot be written to \\(ENOSPC\\): ${mend}`,
    );
    nothingWasDone();
  });

  it('does not touch what is in a folder that is not a cluster, and says what is wrong with its cluster.json', async () => {
    const { config } = layoutOf(lab.dataDir);
    for (const [text, sentence] of [
      [
        '{"nodeName": "n',
        `${config} is damaged \\(.*JSON.*\\): mend it, or forget the cluster with 'sudo ./orrery reset' and begin anew\\.`,
      ],
      ['{"clusters": [], "version": 3}', `${config} is damaged \\(nodeName should be a name\\): mend it, or .*`],
      [
        '{"format": 9}',
        `${config} is of another version of Orrery \\(format 9; this one knows 1\\): use that one, or .*`,
      ],
    ] as const) {
      writeFileSync(config, text);
      const before = readdirSync(lab.dataDir);
      for (const command of ['up', 'status', 'demo']) refused(await orrery(lab, command), sentence);
      assert.deepEqual(readdirSync(lab.dataDir), before);
      assert.equal(readFileSync(config, 'utf8'), text);
    }
    const mine = join(lab.dataDir, 'my-thesis.txt');
    writeFileSync(mine, 'kept');
    assert.equal((await orrery(lab, 'reset')).code, 0, 'the mend');
    assert.equal(existsSync(config), false);
    assert.equal(readFileSync(mine, 'utf8'), 'kept');
    rmSync(mine);
  });

  it('says why a cluster does not come up, and takes back what it had started', async () => {
    const { code, stdout, stderr } = await orrery(lab, 'up', '--datastore', 'etcd://127.0.0.1:1');
    const why = 'etcd at 127\\.0\\.0\\.1:1 does not answer .*: check that it runs, and that the datastore names it';
    refused(
      { code, stdout, stderr },
      `the apiserver process keeps ending: cannot start: ${why} \\(.*apiserver\\.log\\)\\.`,
    );
    assert.match(stdout, /API server at .*: failed\n.*stopping apiserver, controllers, node\n/);
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
    assert.equal((await orrery(lab, 'down')).stdout, `the cluster in ${lab.dataDir} does not run\n`);
    assert.equal((await orrery(lab, 'reset')).code, 0);
  });

  it('says how to begin where nothing was begun', async () => {
    const status = await orrery(lab, 'status');
    assert.deepEqual(
      [status.code, status.stdout],
      [3, `no cluster in ${lab.dataDir}: start one with 'sudo ./orrery up'.\n`],
    );
    for (const command of ['down', 'reset']) {
      const { code, stdout } = await orrery(lab, command);
      assert.deepEqual([code, stdout], [0, `there is no cluster in ${lab.dataDir}\n`]);
    }
    const { code, stderr } = await lab.run(process.execPath, [main, 'get', 'pods']);
    assert.deepEqual(
      [code, stderr],
      [
        1,
        `error: no cluster is configured: ${lab.env.KUBECONFIG} does not exist; start one (it writes a kubeconfig), or name a file with --kubeconfig or KUBECONFIG\n`,
      ],
    );
  });
});
