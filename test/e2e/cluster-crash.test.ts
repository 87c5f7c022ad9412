/** What is begun and not ended: a machine that crashes, commands that are killed, and two that come at once. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../../cli/cluster/layout.js';
import { processSpecs } from '../../cli/cluster/processes.js';
import { eventually, type Lab, openLab } from './lab.js';
import { mountsOf, orrery, pidsOf, processesOf, start, whereNodesRun, withDescendants } from './machine.js';
import { podsOf, samples } from './scenarios.js';

const readyReplicas = ['get', 'rc', 'web', '-o', 'jsonpath={.status.readyReplicas}'];

/** As when the power fails: every process is gone at once, and what the kernel alone knew of mounts and of the network. */
async function crash(lab: Lab): Promise<void> {
  // Again until none is left: while they are counted, one may start another, or end.
  await eventually(
    async () => {
      for (const pid of withDescendants(pidsOf(lab))) kill(pid);
      return processesOf(lab);
    },
    left => left.length === 0,
  );
  for (const path of mountsOf(lab).reverse()) execFileSync('umount', ['-l', path]);
  const forget =
    'ip link delete orrery0; iptables-save | sed "/^-A/d; s/ \\[.*//" | iptables-restore; iptables -t nat -X';
  await lab.run('sh', ['-c', forget]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A stranger who has the process ids now that the cluster's files speak of. */
function strangerWithIds(lab: Lab): ChildProcess {
  const stranger = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const { run, node } = layoutOf(lab.dataDir);
  for (const { name } of processSpecs) writeFileSync(join(run, `${name}.pid`), `${stranger.pid} ${stranger.pid}\n`);
  writeFileSync(join(node, 'containerd/containerd.pid'), `${stranger.pid}\n`);
  return stranger;
}

describe('a cluster that is cut short', function () {
  this.timeout(180_000);
  whereNodesRun('a cluster that is cut short');
  let lab: Lab;
  before(() => {
    lab = openLab();
  });
  after(() => lab?.close());

  it('is started once, when two ask for it at the same time', async () => {
    const both = await Promise.all([orrery(lab, 'up'), orrery(lab, 'up')]);
    assert.deepEqual(both.map(({ code }) => code).sort(), [0, 1], JSON.stringify(both));
    const refused = both.find(({ code }) => code === 1)?.stderr;
    assert.equal(
      refused,
      `error: another command is starting or stopping the cluster in ${lab.dataDir}: wait until it is done.\n`,
    );
    assert.equal((await orrery(lab, 'status')).code, 0);
  });

  it('comes back after a crash of the machine, and ends no stranger who has its process ids by now', async () => {
    await lab.orrery('apply', '-f', join(samples, 'web-rc.yaml'));
    await lab.orrery('wait', '--for=jsonpath={.status.readyReplicas}=3', 'rc/web', '--timeout=60s');
    const before = (await podsOf(lab, 'app=web')).map(({ metadata }) => metadata.uid).sort();
    await crash(lab);
    const stranger = strangerWithIds(lab);
    try {
      const stopped = await orrery(lab, 'status');
      assert.equal(stopped.code, 3, stopped.stdout);
      const { code, stdout, stderr } = await orrery(lab, 'up');
      assert.equal(code, 0, stdout + stderr);
      await eventually(
        () => lab.orrery(...readyReplicas),
        ready => ready.trim() === '3',
      );
      assert.deepEqual((await podsOf(lab, 'app=web')).map(({ metadata }) => metadata.uid).sort(), before);
      assert.equal(stranger.exitCode ?? stranger.signalCode, null, 'the stranger lives');
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('is taken down after a crash, too, and ends no stranger', async () => {
    await crash(lab);
    const stranger = strangerWithIds(lab);
    try {
      const { code, stdout, stderr } = await orrery(lab, 'down');
      assert.equal(code, 0, stdout + stderr);
      assert.equal(stranger.exitCode ?? stranger.signalCode, null, 'the stranger lives');
    } finally {
      stranger.kill('SIGKILL');
    }
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
    assert.equal((await orrery(lab, 'down')).stdout, `the cluster in ${lab.dataDir} does not run\n`);
  });

  it('is as before its start when that is ended by SIGTERM', async () => {
    const { child, said, says } = start(lab, 'up');
    await says('certificates');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [143, null], said());
    assert.match(said(), /^error: interrupted: what had started is stopped again; say the same to start anew\.$/m);
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
  });

  it('goes on with a `down` that was interrupted, where that ended', async () => {
    assert.equal((await orrery(lab, 'up')).code, 0);
    await eventually(
      () => lab.orrery(...readyReplicas),
      ready => ready.trim() === '3',
    );
    const { child, said, says } = start(lab, 'down');
    await says('stopping apiserver');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'close'), [130, null], said());
    assert.match(said(), /^interrupted: say the same again to go on\.$/m);
    assert.ok(processesOf(lab).length > 0, 'it was not done');
    const { code, stdout, stderr } = await orrery(lab, 'down');
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(processesOf(lab), []);
    assert.deepEqual(mountsOf(lab), []);
    assert.equal(existsSync(layoutOf(lab.dataDir).run), false);
  });
});
