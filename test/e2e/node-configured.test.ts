/** A node that is told how to be, by a KubeletConfiguration beside the cluster's other files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, Pod } from '../../api/types.js';
import { noSystemBus, SystemBus } from '../../kubelet/shutdown/testing/system-bus.js';
import { eventually } from './lab.js';
import { cannotOpenScene, idle, isReady, openScene, pod, type Scene, shell } from './node/scene.js';

const configuration = `
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
shutdownGracePeriod: 60s
shutdownGracePeriodCriticalPods: 20s
evictionHard:
  memory.available: 64Mi
`;

describe('a node with a configuration of its own', function () {
  this.timeout(240_000);
  let scene: Scene;
  let bus: SystemBus;
  before(async function () {
    const reason = cannotOpenScene() ?? noSystemBus();
    if (reason) {
      console.log(`      skipped: a node with a configuration of its own: ${reason}`);
      return this.skip();
    }
    bus = await SystemBus.start(300);
    scene = await openScene(({ dataDir, env }) => {
      writeFileSync(join(dataDir, 'kubelet.yaml'), configuration);
      env.DBUS_SYSTEM_BUS_ADDRESS = bus.address;
    });
  });
  after(async () => {
    await scene?.close();
    await bus?.close();
  });

  it('does as it says, and shows it', async () => {
    const { kubeletconfig } = JSON.parse(await scene.kubectl('get', '--raw', '/api/v1/nodes/lab/proxy/configz'));
    assert.equal(kubeletconfig.shutdownGracePeriod, '60s');
    assert.deepEqual(kubeletconfig.evictionHard, { 'memory.available': '64Mi' });
    const { status } = JSON.parse(await scene.kubectl('get', 'node', 'lab', '-o', 'json')) as Node;
    const kilobytes = (amounts: Record<string, string> | undefined): number =>
      Number.parseInt(amounts?.memory ?? '', 10);
    assert.equal(kilobytes(status?.capacity) - kilobytes(status?.allocatable), 64 * 1024);
  });

  it('holds up the machine until its pods have ended', async () => {
    await scene.create([pod('web', shell(idle))]);
    await scene.pods.until('web', 'ready', isReady);
    await eventually(
      async () => bus.locks,
      locks => locks === 1,
    );
    bus.announceShutdown(true);
    await eventually(
      async () => bus.locks,
      locks => locks === 0,
    );
    const told = async (name: string): Promise<Pod['status']> =>
      (JSON.parse(await scene.kubectl('get', 'pod', name, '-o', 'json')) as Pod).status;
    const web = await told('web');
    assert.deepEqual(
      [web?.phase, web?.reason, web?.message],
      ['Failed', 'Terminated', 'Pod was terminated in response to imminent node shutdown.'],
    );
    assert.match(
      await scene.kubectl('describe', 'node', 'lab'),
      /Ready +False .*KubeletNotReady +node is shutting down/,
    );
  });

  it('is not started with one that it does not understand, and says why', async () => {
    const { dataDir } = scene.lab;
    await scene.lab.orrery('down', '--data-dir', dataDir);
    writeFileSync(join(dataDir, 'kubelet.yaml'), `${configuration}topologyManagerPolicy: best-effort\n`);
    await assert.rejects(
      scene.lab.orrery('up', '--data-dir', dataDir),
      /topologyManagerPolicy is not supported by this kubelet/,
    );
  });
});
