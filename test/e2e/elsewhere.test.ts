/** `up --hollow` on a system that is not Linux: by what `elsewhere.ts` takes away from this one. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { nodeAddress } from '../../cli/cluster/address.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess } from '../../cli/cluster/processes.js';
import { root } from '../../tools/sources.js';
import { eventually } from './lab.js';
import { freePorts } from './ports.js';

const execute = promisify(execFile);
const patienceMs = 120_000;

describe('a cluster of hollow nodes on another system', function () {
  this.timeout(300_000);
  let folder: string;
  let dataDir: string;
  const orrery = async (...args: string[]): Promise<string> => {
    const preload = `--import=${pathToFileURL(`${root}/dist/test/e2e/elsewhere.js`)}`;
    const kubeconfig = join(layoutOf(dataDir).kubeconfigs, 'admin.conf');
    // Nothing but Node is on the PATH.
    const env = { HOME: folder, KUBECONFIG: kubeconfig, PATH: join(folder, 'bin'), NODE_OPTIONS: preload };
    const { stdout } = await execute(process.execPath, [`${root}/dist/cli/main.js`, ...args], { env });
    return stdout;
  };
  const childOf = (name: string): number | undefined => keptProcess(layoutOf(dataDir), name)?.child;
  const areReady = (count: number): Promise<unknown> =>
    eventually(
      () => orrery('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}').catch(() => ''),
      ready => ready === String(count),
      patienceMs,
    );

  before(async function () {
    if (nodeAddress(networkInterfaces()) === undefined) {
      console.log('      skipped: the machine has no network address');
      return this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'orrery-elsewhere-'));
    dataDir = join(folder, 'cluster');
    const probe = ['--liveness-probe', 'periodSeconds=1,timeoutSeconds=5,failureThreshold=3'];
    await orrery('up', '--hollow', '3', '--data-dir', dataDir, '--port', String(await freePorts(1)), ...probe);
  });
  after(async () => {
    if (folder === undefined) return;
    await orrery('reset', '--data-dir', dataDir);
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a deployment', async () => {
    await orrery('create', 'deployment', 'web', '--image', 'nothing:1', '--replicas', '5');
    await areReady(5);
    const shown = await orrery('status', '--data-dir', dataDir);
    for (const name of ['apiserver', 'controllers', 'hollow'])
      assert.match(shown, new RegExp(`^${name} +running +pid \\d+$`, 'm'));
    assert.match(shown, /^nodes +3 of 3 Ready$/m);
  });

  it('starts again what is killed, and what hangs', async () => {
    for (const [name, signal] of [
      ['apiserver', 'SIGKILL'],
      ['controllers', 'SIGSTOP'],
    ] as const) {
      const pid = childOf(name);
      assert.ok(pid, `${name} runs`);
      process.kill(pid, signal);
      await eventually(
        async () => childOf(name),
        child => child !== undefined && child !== pid,
        patienceMs,
      );
    }
    await eventually(
      () => orrery('scale', 'deployment', 'web', '--replicas', '6').catch(() => undefined),
      said => said !== undefined,
      patienceMs,
    );
    await areReady(6);
  });

  it('leaves no process behind that nobody keeps', async () => {
    const kept = keptProcess(layoutOf(dataDir), 'controllers');
    assert.ok(kept?.child && kept.inNode);
    process.kill(kept.keeper, 'SIGKILL');
    const { child } = kept;
    await eventually(
      async () => {
        try {
          return process.kill(child, 0);
        } catch {
          return false;
        }
      },
      isThere => !isThere,
      patienceMs,
    );
  });

  it('goes down and comes up again with what it stored', async () => {
    await orrery('down', '--data-dir', dataDir);
    assert.equal(childOf('apiserver'), undefined);
    await assert.rejects(orrery('status', '--data-dir', dataDir), { code: 3 });
    writeFileSync(join(folder, 'life.yaml'), 'zones: 2\n');
    await orrery('up', '--hollow', '3', '--data-dir', dataDir, '--hollow-script', join(folder, 'life.yaml'));
    await areReady(6);
  });
});
