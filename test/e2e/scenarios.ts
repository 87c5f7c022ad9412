/** What a living cluster must do, written once and run over every datastore (see living-cluster.test.ts). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../api/types.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess } from '../../cli/cluster/processes.js';
import { root } from '../../tools/sources.js';
import { eventually, type Lab } from './lab.js';

type LabOf = () => Lab;

export const samples = join(root, 'manifests/samples');

export async function podsOf(lab: Lab, selector: string, namespace = 'default'): Promise<Pod[]> {
  const text = await lab.orrery('get', 'pods', '-n', namespace, '-l', selector, '-o', 'json');
  return (JSON.parse(text) as { items: Pod[] }).items;
}

export const isReady = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp &&
  (pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false);

export const readyPods = async (lab: Lab, selector: string, count: number): Promise<Pod[]> =>
  eventually(
    () => podsOf(lab, selector),
    found => found.length === count && found.every(isReady),
    60_000,
  );

const idsOf = (list: readonly Pod[]): string[] =>
  list
    .flatMap(
      pod =>
        pod.status?.containerStatuses?.map(status => `${status.containerID} restarts ${status.restartCount}`) ?? [],
    )
    .sort();

/** The process id, on the machine, of a container's first process: found by its cgroup. */
export async function processOf(lab: Lab, containerId: string): Promise<number> {
  const id = containerId.replace('containerd://', '');
  const result = await lab.run('sh', [
    '-c',
    `grep -l '${id}' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | sort -n | head -1`,
  ]);
  return Number(result.stdout.trim());
}

export function sharedVolume(lab: LabOf): void {
  it('lets two containers of a pod share a volume and the network', async () => {
    await lab().orrery('apply', '-f', join(samples, 'shared-volume.yaml'));
    await readyPods(lab(), 'app=shared-volume', 1);
    const page = await eventually(
      () =>
        lab().run(process.execPath, [
          join(root, 'dist/cli/main.js'),
          'exec',
          'shared-volume',
          '-c',
          'writer',
          '--',
          'wget',
          '-qO-',
          'http://localhost:8080/',
        ]),
      answer => answer.code === 0,
    );
    assert.match(page.stdout, /UTC 20\d\d/);
  });
}

/** Who answered, each time on a connection of its own, asked from the node itself. */
async function ask(lab: Lab, url: string, times: number): Promise<string[]> {
  const script = `for (let i = 0; i < ${times}; i += 1) await new Promise(next => {
    const request = require('node:http').get('${url}', { agent: false, timeout: 5000 }, answer => {
      answer.on('data', name => process.stdout.write(name)).on('end', next);
    });
    request.on('timeout', () => request.destroy()).on('error', next);
  })`;
  const { stdout } = await lab.run(process.execPath, ['-e', `(async () => { ${script} })()`]);
  return stdout.trim().split('\n').filter(Boolean);
}

export function serviceBalance(lab: LabOf): void {
  it('balances a service: each of three pods gets 20 to 47 % of 300 connections', async () => {
    await lab().orrery('apply', '-f', join(samples, 'web-rc.yaml'), '-f', join(samples, 'web-service.yaml'));
    await readyPods(lab(), 'app=web', 3);
    const address = (await lab().orrery('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')).trim();
    await eventually(
      () => ask(lab(), `http://${address}/`, 20),
      answers => new Set(answers).size === 3,
    );
    const answers = await ask(lab(), `http://${address}/`, 300);
    assert.equal(answers.length, 300, 'every connection is answered');
    const shares = new Map<string, number>();
    for (const name of answers) shares.set(name, (shares.get(name) ?? 0) + 1 / 300);
    assert.equal(shares.size, 3);
    for (const [name, share] of shares) assert.ok(share >= 0.2 && share <= 0.47, `${name} got ${share}`);
    assert.equal((await ask(lab(), 'http://198.18.0.1:30080/', 3)).length, 3, 'the node port answers');
  });

  it('is reached from a pod too, also when the pod itself is chosen (hairpin)', async () => {
    const [pod] = await readyPods(lab(), 'app=web', 3);
    const address = (await lab().orrery('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')).trim();
    const asked = `for i in $(seq 60); do wget -qO- http://${address}/; done`;
    const answers = (await lab().orrery('exec', pod?.metadata.name ?? '', '--', 'sh', '-c', asked)).trim().split('\n');
    assert.equal(answers.length, 60);
    assert.ok(answers.includes(pod?.metadata.name ?? ''), 'one of sixty answers came from the asking pod itself');
  });
}

export function selfHeal(lab: LabOf): void {
  it('starts a container again after kill -9, in the same pod', async () => {
    const [before] = await readyPods(lab(), 'app=web', 3);
    assert.ok(before);
    const pid = await processOf(lab(), before.status?.containerStatuses?.[0]?.containerID ?? '');
    assert.ok(pid > 1, 'the container has a process');
    process.kill(pid, 'SIGKILL');
    const healed = await eventually(
      async () => (await podsOf(lab(), 'app=web')).find(pod => pod.metadata.uid === before.metadata.uid),
      pod => pod !== undefined && pod.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(pod),
    );
    assert.equal(healed?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 137);
  });

  it('replaces a deleted pod', async () => {
    const before = await readyPods(lab(), 'app=web', 3);
    const victim = before[0]?.metadata.name ?? '';
    await lab().orrery('delete', 'pod', victim, '--now');
    const after = await readyPods(lab(), 'app=web', 3);
    assert.ok(!after.some(pod => pod.metadata.name === victim));
  });

  it('follows a new number of replicas up and down', async () => {
    await lab().orrery('scale', 'rc', 'web', '--replicas=5');
    await readyPods(lab(), 'app=web', 5);
    await lab().orrery('scale', 'rc', 'web', '--replicas=3');
    await readyPods(lab(), 'app=web', 3);
  });
}

export function restarts(lab: LabOf): void {
  const restart = async (names: readonly string[]): Promise<void> => {
    const layout = layoutOf(lab().dataDir);
    const before = names.map(name => keptProcess(layout, name)?.child ?? 0);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await eventually(
      async () => names.map(name => keptProcess(layout, name)?.child ?? 0),
      now => now.every((pid, i) => pid > 0 && pid !== before[i]),
    );
    await eventually(
      () => lab().run(process.execPath, [join(root, 'dist/cli/main.js'), 'get', '--raw', '/readyz']),
      answer => answer.code === 0,
    );
  };

  for (const [what, names] of [
    ['the node agent (kubelet and proxy)', ['node']],
    ['the whole control plane', ['apiserver', 'controllers']],
  ] as const) {
    it(`kill -9 of ${what} restarts no container, and the cluster goes on working`, async () => {
      const before = idsOf(await readyPods(lab(), 'app=web', 3));
      await restart(names);
      await lab().orrery('scale', 'rc', 'web', '--replicas=4');
      const four = await readyPods(lab(), 'app=web', 4);
      assert.deepEqual(
        before.filter(id => !idsOf(four).includes(id)),
        [],
        'the containers of before still run, not restarted',
      );
      await lab().orrery('scale', 'rc', 'web', '--replicas=3');
      await readyPods(lab(), 'app=web', 3);
    });
  }
}

/** Runs last: what a whole life of pods left behind must be nothing. */
export function leavesNothing(lab: LabOf): void {
  it('leaks no network namespace, mount or address when the pods are gone', async () => {
    await lab().orrery('delete', 'rc,pods,services', '--all', '--ignore-not-found', '-n', 'default');
    await eventually(
      () => podsOf(lab(), ''),
      found => found.length === 0,
    );
    const marks = await eventually(
      () => leftovers(lab()),
      left => left.length === 0,
    );
    assert.deepEqual(marks, []);
  });
}

async function leftovers(lab: Lab): Promise<string[]> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(path => path.startsWith(`${lab.dataDir}/node/pods`) || path.startsWith(`${lab.dataDir}/node/memory/`));
  const links = (
    await lab.run('sh', ['-c', "ip -o link show type veth | awk '{print $2}' | grep -v wire0"])
  ).stdout.trim();
  return [...mounts, ...links.split('\n').filter(Boolean)];
}
