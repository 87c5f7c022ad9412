/** Names in a cluster of two nodes, as its pods ask for them: real containers, their own resolvers, the machine's port 53 taken. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod, Service } from '../../api/types.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { keptProcess } from '../../cli/cluster/processes.js';
import { root } from '../../tools/sources.js';
import { eventually, type Lab, openLab, type Result } from './lab.js';
import { startProgram, whereNodesRun } from './machine.js';
import { namesItsNode } from './node-pods.js';
import { processOf, readyPods } from './scenarios.js';

const machine = '198.18.0.1';
const nodes = ['lab', 'lab-1'];
const domain = 'svc.cluster.local';
const containers = [{ name: 'c', image: 'orrery.local/busybox:1', command: ['sleep', '1000000'] }];
const labels = { app: 'db' };

const object = (kind: string, name: string, spec: object, apiVersion = 'v1') => ({
  ...{ apiVersion, kind, metadata: { name } },
  spec,
});
const objects = [
  ...nodes.map(node => namesItsNode(node, 'web')),
  object('Service', 'web', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
  object('Service', 'db', { clusterIP: 'None', selector: labels, ports: [{ name: 'pg', port: 5432 }] }),
  object(
    'StatefulSet',
    'db',
    {
      serviceName: 'db',
      replicas: 2,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 0 } },
    },
    'apps/v1',
  ),
  object('Service', 'outside', { type: 'ExternalName', externalName: 'www.example.com' }),
  object('Service', 'inside', { type: 'ExternalName', externalName: `web.default.${domain}` }),
  object('Pod', 'host', { nodeName: 'lab', hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet', containers }),
];

describe("a cluster's DNS", function () {
  this.timeout(180_000);
  whereNodesRun("a cluster's DNS");
  let lab: Lab;
  let resolvConf: string;
  let outside: ReturnType<typeof startProgram>;

  const up = (...flags: string[]): Promise<string> => lab.orrery('up', '--data-dir', lab.dataDir, ...flags);

  before(async () => {
    lab = openLab();
    resolvConf = join(lab.dataDir, 'resolv.conf');
    writeFileSync(resolvConf, `nameserver ${machine}\nsearch example.com\n`);
    outside = startProgram(lab, process.execPath, join(root, 'dist/test/e2e/outside-names.js'), machine);
    await outside.says('ready');
    await up('--node-name', 'lab', '--nodes', '2', '--resolv-conf', resolvConf);
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const applied = await lab.run('kubectl', ['apply', '-f', '-'], { input });
    assert.equal(applied.code, 0, applied.stderr);
    await readyPods(lab, 'app=web', nodes.length);
    await readyPods(lab, 'app=db', 2);
    await eventually(
      () => exec('host', 'true'),
      ({ code }) => code === 0,
    );
  });
  after(async () => {
    outside?.child.kill();
    await lab?.close();
  });

  const exec = (pod: string, ...command: string[]): Promise<Result> =>
    lab.run('kubectl', ['exec', pod, '--', ...command]);
  const get = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await lab.orrery('get', ...args, '-o', 'json')) as T;
  /** What busybox says to a name, of which it asks as it is: its own look-up of short ones fails when one of all does. */
  const look = async (pod: string, name: string, type = 'a'): Promise<string> => {
    const { stdout, stderr } = await exec(pod, 'nslookup', `-type=${type}`, name);
    return stdout + stderr;
  };
  const fetched = (pod: string, host: string) => (): Promise<Result> => exec(pod, 'wget', '-qO-', `http://${host}/`);
  const isNode = ({ stdout }: Result): boolean => nodes.includes(stdout.trim());

  it('is a Service with the usual name and address, and the one server of a pod', async () => {
    const { spec } = await get<Service>('service', '-n', 'kube-system', 'kube-dns');
    assert.equal(spec?.clusterIP, '10.96.0.10');
    for (const node of nodes) {
      const { stdout } = await exec(`web-${node}`, 'cat', '/etc/resolv.conf');
      assert.deepEqual(stdout.trim().split('\n').sort(), [
        'nameserver 10.96.0.10',
        'options ndots:5',
        `search default.${domain} ${domain} cluster.local example.com`,
      ]);
    }
  });

  it('leads to a service by each of its names, on each node, and on its network', async () => {
    for (const pod of [...nodes.map(node => `web-${node}`), 'host'])
      for (const host of ['web', 'web.default', 'web.default.svc', `web.default.${domain}`, 'inside'])
        await eventually(fetched(pod, host), isNode);
  });

  it("knows a stateful set's pods by their own names", async () => {
    const pods = (await get<{ items: Pod[] }>('pods', '-l', 'app=db')).items;
    for (const { metadata, status } of pods)
      for (const node of nodes)
        await eventually(
          () => look(`web-${node}`, `${metadata.name}.db.default.${domain}`),
          said => said.includes(`Address: ${status?.podIP}`),
        );
    const all = await look('web-lab', `db.default.${domain}`);
    const srv = await look('web-lab-1', `_pg._tcp.db.default.${domain}`, 'srv');
    for (const { metadata, status } of pods) {
      assert.ok(all.includes(`Address: ${status?.podIP}`), all);
      assert.ok(srv.includes(`5432 ${metadata.name}.db.default.${domain}`), srv);
    }
    assert.match(await look('web-lab', `db-7.db.default.${domain}`), /NXDOMAIN/);
  });

  it('asks the server of resolv.conf for what is outside', async () => {
    for (const node of nodes) {
      const said = await look(`web-${node}`, `outside.default.${domain}`);
      assert.match(said, /canonical name = www\.example\.com/);
      assert.match(said, /Address: 192\.0\.2\.80/);
      assert.match(await look(`web-${node}`, 'www.example.com'), /Address: 192\.0\.2\.80/);
      assert.match(await look(`web-${node}`, 'nothing.example.com'), /NXDOMAIN/);
    }
  });

  it('says at once that a name is not there', async () => {
    const { code, stderr } = await fetched('web-lab-1', 'nobody')();
    assert.notEqual(code, 0);
    assert.match(stderr, /bad address 'nobody'/);
    assert.match(await look('web-lab', `nobody.default.${domain}`), /NXDOMAIN/);
  });

  it('goes on when the control plane is away, and when its own process was killed', async () => {
    const layout = layoutOf(lab.dataDir);
    const apiserver = keptProcess(layout, 'apiserver')?.child ?? 0;
    const pods = (await get<{ items: Pod[] }>('pods', '-l', 'app=web')).items;
    const pid = await processOf(lab, pods[0]?.status?.containerStatuses?.[0]?.containerID ?? '');
    const asked = (): Promise<Result> =>
      lab.run('nsenter', ['-t', String(pid), '-n', 'busybox', 'nslookup', `web.default.${domain}`, '10.96.0.10']);
    const { spec } = await get<Service>('service', 'web');
    const isRight = ({ stdout }: Result): boolean => stdout.includes(`Address: ${spec?.clusterIP}`);
    process.kill(apiserver, 'SIGSTOP');
    try {
      assert.ok(isRight(await asked()));
    } finally {
      process.kill(apiserver, 'SIGCONT');
    }
    process.kill(keptProcess(layout, 'node')?.child ?? 0, 'SIGKILL');
    await eventually(asked, isRight);
  });

  it("makes way for a user's own, and comes back", async () => {
    const patched = async (spec: object): Promise<string> =>
      lab.orrery(
        'patch',
        'service',
        '-n',
        'kube-system',
        'kube-dns',
        '--type',
        'merge',
        '-p',
        JSON.stringify({ spec }),
      );
    await patched({ selector: { 'k8s-app': 'their-dns' } });
    await eventually(fetched('web-lab-1', 'web'), ({ stderr }) => /bad address/.test(stderr));
    await patched({ selector: null });
    await eventually(fetched('web-lab-1', 'web'), isNode);
  });

  it('can be left out: pods have the servers of the node then', async () => {
    await lab.orrery('down', '--data-dir', lab.dataDir);
    await up('--cluster-dns', 'off');
    await assert.rejects(get('service', '-n', 'kube-system', 'kube-dns'), /not found/);
    const pod = object('Pod', 'plain', { nodeName: 'lab', containers });
    const created = await lab.run('kubectl', ['create', '-f', '-'], { input: JSON.stringify(pod) });
    assert.equal(created.code, 0, created.stderr);
    const { stdout } = await eventually(
      () => exec('plain', 'cat', '/etc/resolv.conf'),
      ({ code }) => code === 0,
    );
    assert.deepEqual(stdout.trim().split('\n').sort(), [`nameserver ${machine}`, 'search example.com']);
  });
});
