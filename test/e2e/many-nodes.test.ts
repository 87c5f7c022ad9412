/** Several nodes on one machine, as `up --nodes` makes them: real containers, real cables. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, Pod, Service } from '../../api/types.js';
import { namespaceOf } from '../../cli/nodes/wiring.js';
import { root } from '../../tools/sources.js';
import { cannotRunNode, eventually, type Lab, openLab, type Result } from './lab.js';
import { namesItsNode } from './node-pods.js';
import { isReady, podsOf, readyPods } from './scenarios.js';

const names = ['lab', 'lab-1', 'lab-2'];
const nodePort = 30080;
const main = join(root, 'dist/cli/main.js');

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, nodePort }] },
};

describe('three nodes on one machine', function () {
  this.timeout(180_000);
  let lab: Lab;

  before(async function () {
    const reason = cannotRunNode();
    if (reason) {
      console.log(`      skipped: three nodes on one machine: ${reason}`);
      return this.skip();
    }
    lab = openLab();
    const soon = ['not-ready', 'unreachable'].flatMap(state => [
      '--apiserver-arg',
      `default-${state}-toleration-seconds=1`,
    ]);
    const flags = ['--node-name', 'lab', '--nodes', '3', '--node-monitor-grace', '15s', ...soon];
    await lab.orrery('up', '--data-dir', lab.dataDir, ...flags);
  });
  after(async () => {
    if (!lab) return;
    const { dataDir } = lab;
    // A cluster can be removed whatever its files have come to.
    writeFileSync(join(dataDir, 'nodes/1/node.json'), '{"cut off');
    await lab.close();
    for (const n of [1, 2]) assert.equal(existsSync(`/run/netns/${namespaceOf(dataDir, n)}`), false);
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    assert.deepEqual(
      mounts.filter(line => line.includes(dataDir)),
      [],
    );
  });

  const get = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await lab.orrery('get', ...args, '-o', 'json')) as T;
  const nodes = async (): Promise<Node[]> => (await get<{ items: Node[] }>('nodes')).items;
  const addressOf = ({ status }: Node): string =>
    status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  /** Until each node's pod has answered once. */
  const allAnswer = async (ask: () => Promise<Result>): Promise<void> => {
    const seen = new Set<string>();
    await eventually(ask, ({ stdout }) => seen.add(stdout.trim()) && names.every(name => seen.has(name)));
  };

  it('are Ready, with addresses and ranges of their own, and status knows them', async () => {
    const found = await nodes();
    assert.deepEqual(
      found.map(({ metadata, spec }) => `${metadata.name} ${spec?.podCIDR}`),
      ['lab 10.244.0.0/24', 'lab-1 10.244.1.0/24', 'lab-2 10.244.2.0/24'],
    );
    assert.equal(new Set(found.map(addressOf)).size, 3);
    const { code, stdout } = await lab.run(process.execPath, [main, 'status', '--data-dir', lab.dataDir]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^lab-2 +running +pid \d+ +\d+ MB$/m);
    assert.match(stdout, /^nodes +3 of 3 Ready$/m);
  });

  it('have pods that reach each other, and a service from every node', async () => {
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [...names.map(node => namesItsNode(node, 'web')), service],
    });
    const applied = await lab.run('kubectl', ['apply', '-f', '-'], { input });
    assert.equal(applied.code, 0, applied.stderr);
    const pods = await readyPods(lab, 'app=web', names.length);
    const { spec } = await get<Service>('service', 'web');
    const sixty = Array.from({ length: 60 }, () => spec?.clusterIP);
    const urls = [...pods.map(({ status }) => `${status?.podIP}:8080`), ...sixty].map(host => `http://${host}/`);
    const asked = `for url in ${urls.join(' ')}; do wget -qO- $url; done`;
    for (const { metadata } of pods) {
      const answers = await eventually(
        () => lab.run('kubectl', ['exec', metadata.name ?? '', '--', 'sh', '-c', asked]),
        ({ code }) => code === 0,
      );
      const [first, second, third, ...others] = answers.stdout.trim().split('\n');
      assert.deepEqual(
        [first, second, third],
        pods.map(pod => pod.spec?.nodeName),
      );
      assert.equal(others.length, sixty.length);
      assert.deepEqual(new Set(others), new Set(names));
    }
  });

  it("have a service's node port at each of their addresses", async () => {
    for (const node of await nodes())
      await allAnswer(() => lab.run('busybox', ['wget', '-qO-', `http://${addressOf(node)}:${nodePort}/`]));
  });

  describe('of which one is lost', () => {
    const victim = 'lab-2';
    const moving = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'moving' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'moving' } },
        template: {
          metadata: { labels: { app: 'moving' } },
          spec: {
            terminationGracePeriodSeconds: 0,
            topologySpreadConstraints: [
              {
                ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
                labelSelector: { matchLabels: { app: 'moving' } },
              },
            ],
            containers: [{ name: 'idle', image: 'orrery.local/busybox:1', command: ['sleep', '100000'] }],
          },
        },
      },
    };
    const node = (act: string, name = victim): Promise<string> =>
      lab.orrery('node', act, name, '--data-dir', lab.dataDir);
    const movingPods = (): Promise<Pod[]> => podsOf(lab, 'app=moving');
    const onVictim = (all: readonly Pod[]): Pod[] => all.filter(({ spec }) => spec?.nodeName === victim);
    /** Of pods on the node, as the kernel tells it. */
    const processesThere = (): string[] =>
      readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && cgroupOf(pid).includes(`/kubepods-${victim}/`));
    const isReadyAgain = (): Promise<Node[]> =>
      eventually(nodes, all => all.some(one => one.metadata.name === victim && isNodeReady(one)), 60_000);
    /** Three that are ready elsewhere; what was on the node is at most on its way out. */
    const haveMoved = (): Promise<Pod[]> =>
      eventually(
        movingPods,
        all =>
          all.filter(pod => isReady(pod) && pod.spec?.nodeName !== victim).length === 3 &&
          onVictim(all).every(({ metadata }) => metadata.deletionTimestamp),
        60_000,
      );
    /** The spread is a wish: it may be that two are there, where another node was busy. */
    const standsThere = async (): Promise<void> =>
      assert.notEqual(onVictim(await readyPods(lab, 'app=moving', 3)).length, 0);
    const noDoubles = async (): Promise<void> => {
      const left = await eventually(movingPods, all => all.length === 3, 60_000);
      assert.ok(left.every(isReady));
      await eventually(
        async () => processesThere().length,
        count => count === 0,
        60_000,
      );
    };

    it('because it is drained: its pods come up elsewhere, and none comes to it until it is uncordoned', async () => {
      await lab.run('kubectl', ['delete', 'pod', '-l', 'app=web', '--wait=false']);
      const applied = await lab.run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify(moving) });
      assert.equal(applied.code, 0, applied.stderr);
      const before = await readyPods(lab, 'app=moving', 3);
      assert.equal(onVictim(before).length, 1);
      assert.match(await lab.orrery('drain', victim, '--force'), /evicting pod default\/moving-.*node\/lab-2 drained/s);
      assert.deepEqual(onVictim(await readyPods(lab, 'app=moving', 3)), []);
      assert.equal(await lab.orrery('uncordon', victim), 'node/lab-2 uncordoned\n');
      await lab.orrery('delete', 'pod', '-l', 'app=moving');
    });

    it('when it is switched off: nothing of it runs, its pods come up elsewhere, and its return makes no doubles', async () => {
      await standsThere();
      assert.equal(processesThere().length > 0, true);
      await node('stop');
      assert.deepEqual(processesThere(), []);
      const containerd = join(lab.dataDir, 'nodes/2/node/containerd');
      const alive = readdirSync('/proc').filter(pid => textOf(`/proc/${pid}/cmdline`).includes(containerd));
      assert.deepEqual(alive, [], 'neither its containerd nor a shim runs');
      await haveMoved();
      await node('start');
      await noDoubles();
    });

    it('when its cable is pulled: its pods go on behind it, come up elsewhere, and end when it is plugged in', async () => {
      await lab.orrery('delete', 'pod', '-l', 'app=moving');
      await standsThere();
      await node('cut');
      await haveMoved();
      assert.equal(processesThere().length > 0, true, 'behind the cable nobody told the pod to end');
      await node('heal');
      await isReadyAgain();
      await noDoubles();
    });

    it('and another: each is what was done to it, also after all of them were down', async () => {
      await node('stop', 'lab-1');
      await node('cut');
      assert.match(await node('stop', 'lab-1'), /lab-1 is switched off already/);
      await lab.orrery('down', '--data-dir', lab.dataDir);
      const said = await lab.orrery('up', '--data-dir', lab.dataDir);
      assert.match(said, /node lab-1 is switched off: 'sudo .\/orrery node start lab-1 --data-dir/);
      assert.match(said, /the cable of lab-2 is pulled: 'sudo .\/orrery node heal lab-2/);
      assert.doesNotMatch(said, /lab-[12].* Ready/);
      await node('heal');
      await isReadyAgain();
      const { stdout } = await lab.run(process.execPath, [main, 'status', '--data-dir', lab.dataDir]);
      assert.match(stdout, /^lab-1 +switched off$/m);
      assert.match(await node('start', 'lab-1'), /node lab-1 is Ready/);
    });
  });
});

const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Of a process that has ended meanwhile there is nothing. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const cgroupOf = (pid: string): string => textOf(`/proc/${pid}/cgroup`);
