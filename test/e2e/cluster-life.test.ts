/** The life of a cluster as its user lives it: demo, status, down, up, reset, Ctrl-C, and a second cluster beside it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { kubectls } from '../../apiserver/testing/kubectl.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess, processSpecs } from '../../cli/cluster/processes.js';
import { eventually, type Lab, openLab, type Result } from './lab.js';
import { main, mountsOf, orrery, processesOf, start, whereNodesRun } from './machine.js';
import { podsOf, samples } from './scenarios.js';

/** Interfaces, rules and routes, as they are compared before and after. */
async function networkOf(lab: Lab): Promise<string> {
  const shown = await lab.run('sh', [
    '-c',
    'ip -o link | cut -d" " -f2; iptables-save | grep -E "^-A|^:.* - "; ip route',
  ]);
  assert.equal(shown.code, 0, shown.stderr);
  return shown.stdout;
}

const uids = async (lab: Lab): Promise<string[]> =>
  (await podsOf(lab, '')).map(pod => `${pod.metadata.name} ${pod.metadata.uid}`).sort();
const containers = async (lab: Lab): Promise<string[]> =>
  (await podsOf(lab, 'app=web'))
    .flatMap(pod => pod.status?.containerStatuses?.map(c => c.containerID ?? '') ?? [])
    .sort();

/** A Ctrl-C while it starts, a start that goes on from there, with logs, and a Ctrl-C that takes it down. */
async function interruptedThenInForeground(lab: Lab): Promise<void> {
  const starting = start(lab, 'up');
  await starting.says('certificates');
  starting.child.kill('SIGINT');
  assert.deepEqual(await once(starting.child, 'close'), [130, null]);
  assert.match(starting.said(), /interrupted: what had started is stopped again; say the same to start anew\.$/m);
  assert.deepEqual(processesOf(lab), []);
  assert.deepEqual(mountsOf(lab), []);

  const { child, said, says } = start(lab, 'up', '--foreground');
  await says('The cluster is up; its logs follow, and Ctrl-C stops it');
  await lab.orrery('apply', '-f', join(samples, 'web-service.yaml'));
  await eventually(
    async () => said(),
    text => /^node +\{"level".*"rules applied"/m.test(text),
  );
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [0, null], said());
  assert.deepEqual(processesOf(lab), []);
  assert.equal((await orrery(lab, 'status')).code, 3);
}

/** 'a line a step with its time' */
const step = (what: string): RegExp => new RegExp(`^ +\\d+\\.\\d s {2}${what}$`, 'm');

describe('the life of a cluster', function () {
  this.timeout(120_000);
  whereNodesRun('the life of a cluster');
  let lab: Lab;
  let untouched: string;
  before(async () => {
    lab = openLab();
    untouched = await networkOf(lab);
  });
  after(() => lab?.close());

  it('begins with a demo, which shows each step with its time', async () => {
    const { code, stdout, stderr } = await orrery(lab, 'demo');
    assert.equal(code, 0, stderr);
    for (const expected of [
      'API server at https://198\\.18\\.0\\.1:6443',
      'controllers and scheduler lead',
      'node \\S+ is Ready',
      'applying manifests/samples',
      '3 pods of the replication controller "web" are ready',
      'the service at http://10\\.96\\.\\d+\\.\\d+/ is answered by all 3 pods',
      'pod web-\\w{5} is killed, and replaced by a ready one',
    ])
      assert.match(stdout, step(expected));
    assert.match(stdout, / {11}the replacement is web-\w{5} at 10\.244\.0\.\d+\n/);
    const shares = [...stdout.matchAll(/web-\w{5} answered (\d+) of 30 times/g)].map(match => Number(match[1]));
    assert.equal(shares.length, 3);
    assert.equal(
      shares.reduce((sum, share) => sum + share),
      30,
    );
    assert.match(stdout, /What to try next:\n {2}\.\/orrery get pods/);
    assert.ok(!stdout.includes('\r') && !stdout.includes('\u001b'), 'a pipe sees nothing of a terminal');
  });

  it('is well', async () => {
    const { code, stdout } = await orrery(lab, 'status');
    assert.equal(code, 0, stdout);
    for (const { name } of processSpecs) assert.match(stdout, new RegExp(`^${name} +running +pid \\d+ +\\d+ MB$`, 'm'));
    assert.match(stdout, /^nodes +1 of 1 Ready$/m);
  });

  it('shows others than root what they may see, and says what they need to change it', async function () {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', 'HOME=/nonexistent'];
    if (spawnSync(nobody[0] ?? '', [...nobody.slice(1), 'test', '-r', main]).status !== 0) {
      console.log('      skipped: other users may not read this folder');
      return this.skip();
    }
    const asNobody = (...args: string[]): Promise<Result> =>
      lab.run('env', ['-u', 'KUBECONFIG', ...nobody, process.execPath, main, ...args]);
    // As /var/lib/orrery is.
    chmodSync(lab.dataDir, 0o711);
    const shown = await asNobody('status', '--data-dir', lab.dataDir);
    for (const { name } of processSpecs) assert.match(shown.stdout, new RegExp(`^${name} +running `, 'm'));
    assert.match(shown.stdout, /^API server {2}not asked: its credentials are root's, .*'sudo' shows more/m);
    assert.deepEqual([shown.code, shown.stderr], [1, '']);
    for (const [command, toDo] of [
      ['up', 'start a node'],
      ['demo', 'start a node'],
      ['down', 'stop a cluster'],
      ['reset', 'remove a cluster'],
    ] as const) {
      const { code, stderr } = await asNobody(command, '--data-dir', lab.dataDir);
      assert.deepEqual([code, stderr], [1, `error: root is needed to ${toDo}: run the same command with sudo.\n`]);
    }
    const admin = join(layoutOf(lab.dataDir).kubeconfigs, 'admin.conf');
    const { code, stderr } = await asNobody('get', 'pods', '--kubeconfig', admin);
    assert.deepEqual(
      [code, stderr],
      [
        1,
        `error: kubeconfig ${admin} cannot be read: permission denied; name another with --kubeconfig or KUBECONFIG\n`,
      ],
    );
  });

  it('is found by kubectl through the kubeconfig that was written', async function () {
    const [kubectl] = kubectls();
    if (!kubectl) {
      console.log('      skipped: kubectl is not installed');
      return this.skip();
    }
    const { stdout } = await lab.run(kubectl.path, ['get', 'nodes', '--context', 'orrery']);
    assert.match(stdout, / Ready /);
  });

  it('may be asked for twice: the same cluster, the same pods, and nothing is made again', async () => {
    const before = processSpecs.map(({ name }) => keptProcess(layoutOf(lab.dataDir), name));
    const { code, stdout, stderr } = await orrery(lab, 'demo');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /created|configured/);
    assert.match(stdout, /replicationcontroller\/web unchanged/);
    assert.equal((await orrery(lab, 'up')).code, 0);
    assert.deepEqual(
      processSpecs.map(({ name }) => keptProcess(layoutOf(lab.dataDir), name)),
      before,
    );
  });

  it('does not become another while it runs', async () => {
    const refused = await orrery(lab, 'up', '--port', '7443');
    assert.equal(refused.code, 1);
    assert.equal(refused.stderr, "error: the cluster is running with another port: run 'sudo ./orrery down' first.\n");
    assert.equal((await orrery(lab, 'status')).code, 0);
  });

  it('has its network to itself', async () => {
    const other = `${lab.dataDir}/other`;
    const { code, stderr } = await lab.run(process.execPath, [main, 'up', '--data-dir', other]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: another cluster, that in .*, runs on this machine/);
    assert.equal(existsSync(other), false);
    for (const command of ['down', 'reset']) {
      const { code, stdout } = await lab.run(process.execPath, [main, command, '--data-dir', other]);
      const hint = `one runs in ${lab.dataDir}: add --data-dir ${lab.dataDir}`;
      assert.deepEqual([code, stdout], [0, `there is no cluster in ${other}; ${hint}\n`]);
    }
  });

  it('is not well without a part, whose keeper was killed with it, and is again after up', async () => {
    const node = keptProcess(layoutOf(lab.dataDir), 'node');
    assert.ok(node);
    const before = await containers(lab);
    process.kill(node.keeper, 'SIGKILL');
    await eventually(
      async () => existsSync(`/proc/${node.child}`),
      lives => !lives,
    );
    const { code, stdout } = await orrery(lab, 'status');
    assert.equal(code, 1);
    assert.match(stdout, /^node +stopped$/m);
    assert.equal((await orrery(lab, 'up')).code, 0);
    assert.equal((await orrery(lab, 'status')).code, 0);
    assert.deepEqual(await containers(lab), before, 'no container was restarted');
  });

  it('is not disturbed by another in a network of its own', async () => {
    const before = await containers(lab);
    const other = openLab();
    try {
      await interruptedThenInForeground(other);
    } finally {
      await other.close();
    }
    assert.equal((await orrery(lab, 'status')).code, 0);
    assert.deepEqual(await containers(lab), before);
  });

  it('leaves nothing running, mounted or wired when it goes down, and its data', async () => {
    const before = await uids(lab);
    const inVolume = ['exec', 'healing', '--', 'cat', '/memory/note'];
    // Its container may be between two lives just now: that is what it is for.
    await eventually(
      () => lab.run(process.execPath, [main, 'exec', 'healing', '--', 'sh', '-c', 'echo kept > /memory/note']),
      ({ code: written }) => written === 0,
      60_000,
    );
    const { code, stdout } = await orrery(lab, 'down');
    assert.equal(code, 0);
    assert.match(stdout, step('stopping apiserver, controllers, node'));
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
    assert.equal(await networkOf(lab), untouched);
    const stopped = await orrery(lab, 'status');
    assert.equal(stopped.code, 3);
    assert.match(stopped.stdout, /^apiserver +stopped$/m);
    const again = await orrery(lab, 'down');
    assert.deepEqual([again.code, again.stdout], [0, `the cluster in ${lab.dataDir} does not run\n`]);

    assert.equal((await orrery(lab, 'up')).code, 0);
    assert.deepEqual(await uids(lab), before);
    await eventually(
      () => lab.run(process.execPath, [main, 'get', 'rc', 'web', '-o', 'jsonpath={.status.readyReplicas}']),
      ({ stdout: ready }) => ready.trim() === '3',
      60_000,
    );
    await eventually(
      () => lab.run(process.execPath, [main, ...inVolume]),
      ({ stdout: note }) => note === 'kept\n',
      60_000,
    );
  });

  it('is forgotten by reset, and what is not its own stays', async () => {
    const { code } = await orrery(lab, 'reset');
    assert.equal(code, 0);
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
    assert.equal(await networkOf(lab), untouched);
    assert.equal(existsSync(lab.env.KUBECONFIG ?? ''), false, 'nothing else was in it');
    assert.equal(existsSync(layoutOf(lab.dataDir).config), false);
    const again = await orrery(lab, 'reset');
    assert.deepEqual([again.code, again.stdout], [0, `there is no cluster in ${lab.dataDir}\n`]);
  });
});

describe('a cluster on a machine without a network', function () {
  this.timeout(60_000);
  whereNodesRun('a cluster on a machine without a network');
  let lab: Lab;
  before(() => {
    lab = openLab({ cable: false });
  });
  after(() => lab?.close());

  it('starts on an address of its own, as the refusal advises, and the node reaches services', async () => {
    const refused = await orrery(lab, 'up');
    assert.equal(refused.code, 1);
    const advice = /run 'sudo (ip address add (\S+)\/32 dev lo)' and add --address (\S+)\.$/m.exec(refused.stderr);
    assert.ok(advice, refused.stderr);
    const [, command = '', address, flag = ''] = advice;
    assert.equal(address, flag);
    assert.equal((await lab.run('sh', ['-c', command])).code, 0);
    const { code, stdout, stderr } = await orrery(lab, 'demo', '--address', flag);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, step('the service at http://10\\.96\\.\\d+\\.\\d+/ is answered by all 3 pods'));
  });
});
