/** The life of a cluster as its user lives it: demo, status, down, up, reset, Ctrl-C, and a second cluster beside it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess, processSpecs } from '../../cli/cluster/processes.js';
import { root } from '../../tools/sources.js';
import { kubectls } from './kubectls.js';
import { cannotRunNode, eventually, type Lab, openLab, type Result } from './lab.js';
import { podsOf, samples } from './scenarios.js';

const main = join(root, 'dist/cli/main.js');
const orrery = (lab: Lab, ...args: string[]): Promise<Result> =>
  lab.run(process.execPath, [main, ...args, '--data-dir', lab.dataDir], { timeoutMs: 120_000 });

/** The command, running on: its standard output grows in `said`. */
function start(lab: Lab, ...args: string[]): { child: ChildProcess; said: () => string } {
  const command = [`--net=${lab.netns}`, process.execPath, main, ...args, '--data-dir', lab.dataDir];
  const child = spawn('nsenter', command, { env: lab.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return { child, said: () => said };
}

/** The command lines of all that runs in the lab's network: a namespace is known by its inode. */
function processesOf(lab: Lab): string[] {
  const read = (pid: string): string[] => {
    try {
      const network = readlinkSync(`/proc/${pid}/ns/net`);
      return network === lab.network ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return [];
    }
  };
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(read);
}

const mountsOf = (lab: Lab): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter(line => line.includes(lab.dataDir));

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
  await eventually(
    async () => starting.said(),
    said => said.includes('certificates'),
  );
  starting.child.kill('SIGINT');
  assert.deepEqual(await once(starting.child, 'exit'), [130, null]);
  assert.match(starting.said(), /interrupted: what had started is stopped again; say the same to start anew\.$/m);
  assert.deepEqual(processesOf(lab), []);
  assert.deepEqual(mountsOf(lab), []);

  const { child, said } = start(lab, 'up', '--foreground');
  await eventually(
    async () => said(),
    text => text.includes('The cluster is up; its logs follow, and Ctrl-C stops it'),
  );
  await lab.orrery('apply', '-f', join(samples, 'web-service.yaml'));
  await eventually(
    async () => said(),
    text => /^node +\{"level".*"rules applied"/m.test(text),
  );
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null], said());
  assert.deepEqual(processesOf(lab), []);
  assert.equal((await orrery(lab, 'status')).code, 3);
}

/** 'a line a step with its time' */
const step = (what: string): RegExp => new RegExp(`^ +\\d+\\.\\d s {2}${what}$`, 'm');

function whereNodesRun(what: string): void {
  before(function () {
    const reason = cannotRunNode();
    if (reason) {
      console.log(`      skipped: ${what}: ${reason}`);
      this.skip();
    }
  });
}

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
    assert.equal(refused.stderr, "error: the cluster is running with another port: run 'orrery down' first.\n");
    assert.equal((await orrery(lab, 'status')).code, 0);
  });

  it('has its network to itself', async () => {
    const other = `${lab.dataDir}/other`;
    const { code, stderr } = await lab.run(process.execPath, [main, 'up', '--data-dir', other]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: another cluster, that in .*, runs on this machine/);
    assert.equal(existsSync(other), false);
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
    await lab.orrery('exec', 'healing', '--', 'sh', '-c', 'echo kept > /memory/note');
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
    );
    await eventually(
      () => lab.run(process.execPath, [main, ...inVolume]),
      ({ stdout: note }) => note === 'kept\n',
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
