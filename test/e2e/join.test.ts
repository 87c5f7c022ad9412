/** A second machine joins a cluster over the network, with nothing but a token and the CA's hash. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node } from '../../api/types.js';
import { root } from '../../tools/sources.js';
import { cannotRunNode, eventually, type Lab, openLab, type Result } from './lab.js';
import { namesItsNode } from './node-pods.js';
import { readyPods } from './scenarios.js';

const main = join(root, 'dist/cli/main.js');
const namespace = `orrery-e2e-machine-${process.pid}`;
const server = '198.18.0.1:6443';
/** The cluster's own two, of which one lives in a namespace behind the first, and the one that joins. */
const names = ['lab', 'lab-1', 'second'];

/** A machine with a cable into the switch that the lab's own cable hangs in. */
function openMachine(lab: string): void {
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  ip('netns', 'add', namespace);
  ip('-n', lab, 'link', 'add', 'switch0', 'type', 'bridge');
  ip('-n', lab, 'link', 'add', 'wire1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  for (const wire of ['wire0', 'wire1']) ip('-n', lab, 'link', 'set', wire, 'master', 'switch0');
  for (const link of ['switch0', 'wire1']) ip('-n', lab, 'link', 'set', link, 'up');
  for (const link of ['lo', 'eth0']) ip('-n', namespace, 'link', 'set', link, 'up');
  ip('-n', namespace, 'address', 'add', '198.18.0.9/24', 'dev', 'eth0');
  ip('-n', namespace, 'route', 'add', 'default', 'dev', 'eth0');
}

describe('a machine that joins', function () {
  this.timeout(120_000);
  let lab: Lab;
  let machineDir: string;
  let words: string[];

  /** Our CLI on that machine, which has none of the cluster's files. */
  const there = (...args: string[]): Promise<Result> =>
    lab.run('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, main, ...args, '--data-dir', machineDir], {
      timeoutMs: 110_000,
    });
  /** What `up` there does about certificates, so many days from now: whether they were renewed. */
  const renew = async (days: number): Promise<string> => {
    const script = `
      const { renewCredentials } = await import('${join(root, 'dist/cli/nodes/credentials.js')}');
      const { layoutOf } = await import('${join(root, 'dist/cli/cluster/layout.js')}');
      const { layout, now } = { layout: layoutOf('${machineDir}'), now: Date.now() + ${days} * 86_400_000 };
      console.log(await renewCredentials(layout, 'second', now));`;
    const command = [process.execPath, '--input-type=module', '-e', script];
    const { stdout, stderr } = await lab.run('nsenter', [`--net=/run/netns/${namespace}`, ...command]);
    return stdout.trim() || stderr;
  };
  const nodes = async (): Promise<Node[]> =>
    (JSON.parse(await lab.orrery('get', 'nodes', '-o', 'json')) as { items: Node[] }).items;

  before(async function () {
    const reason = cannotRunNode();
    if (reason) {
      console.log(`      skipped: a machine that joins: ${reason}`);
      return this.skip();
    }
    lab = openLab();
    machineDir = mkdtempSync(join(tmpdir(), 'orrery-join-'));
    openMachine(lab.netns.replace('/run/netns/', ''));
    await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab', '--nodes', '2');
    const command = await lab.orrery('token', 'create', '--print-join-command', '--data-dir', lab.dataDir);
    words = command.trim().split(' ').slice(1);
  });
  after(async () => {
    if (!lab) return;
    if (existsSync(join(machineDir, 'node.json'))) await there('reset');
    execFileSync('ip', ['netns', 'delete', namespace]);
    rmSync(machineDir, { recursive: true, force: true });
    await lab.close();
  });

  it('trusts no cluster with another CA, and none that its token does not know', async () => {
    assert.deepEqual([words[0], words[1]], ['join', server]);
    const [, , , token = '', , hash = ''] = words;
    const other = `sha256:${'0'.repeat(64)}`;
    const refusals: [token: string, hash: string, said: RegExp][] = [
      [token, other, /the CA of https:\/\/198\.18\.0\.1:6443 is sha256:[0-9a-f]{64}, and not the one/],
      ['zzzzzz.0123456789abcdef', hash, /knows no token zzzzzz/],
      [`${token.slice(0, 7)}0123456789abcdef`, hash, /is not signed with this token/],
    ];
    for (const [shown, given, said] of refusals) {
      const args = ['join', server, '--token', shown, '--discovery-token-ca-cert-hash', given];
      const { code, stderr } = await there(...args);
      assert.equal(code, 1);
      assert.match(stderr, said);
    }
    assert.equal(existsSync(join(machineDir, 'node.json')), false);
  });

  it('is a node with pods that reach those of the others, and that can be asked', async () => {
    const joined = await there(...words, '--node-name', 'second');
    assert.equal(joined.code, 0, joined.stdout + joined.stderr);
    const found = (await nodes()).find(({ metadata }) => metadata.name === 'second');
    assert.equal(found?.spec?.podCIDR, '10.244.2.0/24');
    assert.equal(found?.status?.addresses?.[0]?.address, '198.18.0.9');
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: names.map(node => namesItsNode(node, 'pair')),
    });
    assert.equal((await lab.run('kubectl', ['apply', '-f', '-'], { input })).code, 0);
    const pods = await readyPods(lab, 'app=pair', names.length);
    for (const from of pods) {
      const asked = pods.map(({ status }) => `wget -qO- http://${status?.podIP}:8080/`).join('; ');
      // Also through the kubelet of that machine, whose certificate the API server checks.
      const answer = await eventually(
        () => lab.run('kubectl', ['exec', from.metadata.name ?? '', '--', 'sh', '-c', asked]),
        ({ code }) => code === 0,
      );
      assert.equal(answer.stdout, 'lab\nlab-1\nsecond\n');
    }
  });

  it('can be stopped, started, asked and taken away again', async () => {
    assert.match((await there(...words)).stderr, /this machine is a node of a cluster already/);
    assert.equal((await there('status')).code, 0);
    assert.equal((await there('down')).code, 0);
    assert.equal((await there('status')).code, 3);
    assert.deepEqual([await renew(0), await renew(350), await renew(0)], ['false', 'true', 'false']);
    const again = await there('up');
    assert.equal(again.code, 0, again.stderr);
    await readyPods(lab, 'app=pair', names.length);
    const asked = await lab.run('kubectl', ['exec', 'pair-second', '--', 'echo', 'well']);
    assert.equal(asked.stdout, 'well\n', asked.stderr);
    assert.equal((await there('reset')).code, 0);
    assert.equal(existsSync(machineDir), false);
  });

  it('is let in by no token that was deleted', async () => {
    const [, , , token = ''] = words;
    assert.match(await lab.orrery('token', 'list', '--data-dir', lab.dataDir), new RegExp(`^${token} +20`, 'm'));
    await lab.orrery('token', 'delete', token, '--data-dir', lab.dataDir);
    const { code, stderr } = await there(...words);
    assert.equal(code, 1);
    assert.match(stderr, /knows no token/);
  });
});
