/** Services and addresses as the pods of a real node see them: each connection from where it really comes from. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { kubectls } from '../../../apiserver/testing/kubectl.js';
import { ask, askUdp, startServer } from '../../../proxy/testing/network.js';
import { eventually } from '../lab.js';
import { processOf } from '../scenarios.js';
import { idle, isReady, object, type Part, pod, type Scene, shell, statusOf } from './scene.js';

const echoes = ['echo-1', 'echo-2', 'echo-3'];
const nodeAddress = '198.18.0.1';
const outside = { node: '203.0.113.1', itself: '203.0.113.2' };

const ports = [
  { name: 'stream', port: 80, targetPort: 8080 },
  { name: 'datagrams', port: 53, targetPort: 8080, protocol: 'UDP' },
];
const service = (name: string, selector: Record<string, string>, more = {}) =>
  object('Service', name, { spec: { selector, ports, ...more } });

const rbac = 'rbac.authorization.k8s.io/v1';
const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
const grant = [
  object('Role', 'reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] }, rbac),
  object('RoleBinding', 'robots-read', { roleRef: role, subjects: [{ kind: 'ServiceAccount', name: 'robot' }] }, rbac),
];

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });

/** The places of the network, as names of namespaces that `ip netns` knows. */
interface Places {
  node: string;
  outside: string;
  /** By name. */
  pods: Map<string, { netns: string; address: string; pid: number }>;
}

/** Names the pods' namespaces, and connects the node to another machine, as it were. */
async function layOut(scene: Scene): Promise<Places> {
  const node = basename(scene.lab.netns);
  const places: Places = { node, outside: `${node}-out`, pods: new Map() };
  for (const name of echoes) {
    const found = await scene.pods.until(name, 'ready', isReady);
    const pid = await processOf(scene.lab, statusOf(found)?.containerID ?? '');
    const netns = `${node}-${name}`;
    ip('netns', 'attach', netns, String(pid));
    places.pods.set(name, { netns, address: found.status?.podIP ?? '', pid });
  }
  ip('netns', 'add', places.outside);
  ip('-n', node, 'link', 'add', 'wan0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', places.outside);
  ip('-n', node, 'address', 'add', `${outside.node}/24`, 'dev', 'wan0');
  ip('-n', places.outside, 'address', 'add', `${outside.itself}/24`, 'dev', 'eth0');
  ip('-n', node, 'link', 'set', 'wan0', 'up');
  ip('-n', places.outside, 'link', 'set', 'eth0', 'up');
  ip('-n', places.outside, 'route', 'add', 'default', 'via', outside.node);
  return places;
}

export const network: Part = {
  objects: [
    object('ServiceAccount', 'robot', {}),
    service('echo', { app: 'echo' }, { type: 'NodePort' }),
    service('second', { name: 'echo-2' }),
    service('sticky', { app: 'echo' }, { sessionAffinity: 'ClientIP' }),
    service('nobody', { app: 'nobody' }, { type: 'NodePort' }),
    ...echoes.map(name => pod(name, { serviceAccountName: 'robot', containers: [shell(idle)] }, { app: 'echo', name })),
  ],

  tests(scene) {
    let places: Places;
    const servers: ChildProcess[] = [];
    const podAt = (name: string) => places.pods.get(name) ?? { netns: '', address: '', pid: 0 };
    const field = async (name: string, path: string): Promise<string> =>
      (await scene().kubectl('get', 'service', name, '-o', `jsonpath={${path}}`)).trim();
    const addressOf = (name: string): Promise<string> => field(name, '.spec.clusterIP');
    const nodePort = async (name: string, port: string): Promise<number> =>
      Number(await field(name, `.spec.ports[?(@.name=="${port}")].nodePort`));
    const names = (answers: string[]): string[] => answers.map(answer => answer.split(' ')[0] ?? '');
    const seenAs = async (from: string, host: string, port: number): Promise<string | undefined> =>
      (await ask(from, host, port))[0]?.split(' ')[1];

    before(async () => {
      places = await layOut(scene());
      for (const [name, { netns }] of places.pods) servers.push(await startServer(netns, name));
      servers.push(await startServer(places.node, 'node'), await startServer(places.outside, 'outside'));
      // That pods are ready is known to the proxy a moment later.
      for (const [name, count] of [
        ['echo', 3],
        ['sticky', 1],
        ['second', 1],
      ] as const) {
        const address = await addressOf(name);
        await eventually(
          async () => new Set(names(await ask(places.node, address, 80, 40)).filter(answer => echoes.includes(answer))),
          answering => answering.size === count,
        );
      }
    });
    after(() => {
      for (const server of servers) server.kill();
      for (const name of [places.outside, ...[...places.pods.values()].map(({ netns }) => netns)])
        ip('netns', 'delete', name);
    });

    it('a service spreads connections and datagrams, on its own address and on the port of the node', async () => {
      const address = await addressOf('echo');
      const ways: [from: string, host: string, tcp: number, udp: number][] = [
        [places.node, address, 80, 53],
        [podAt('echo-1').netns, address, 80, 53],
        [places.outside, nodeAddress, await nodePort('echo', 'stream'), await nodePort('echo', 'datagrams')],
        [places.node, nodeAddress, await nodePort('echo', 'stream'), await nodePort('echo', 'datagrams')],
      ];
      for (const [from, host, tcp, udp] of ways) {
        assert.deepEqual([...new Set(names(await ask(from, host, tcp, 40)))].sort(), echoes, `${from} ${host}:${tcp}`);
        const [answer] = await askUdp(from, 0, host, udp);
        assert.ok(echoes.includes(names([answer ?? ''])[0] ?? ''), `${from} ${host}:${udp}/udp: ${answer}`);
      }
    });

    it('with affinity a client keeps its pod', async () => {
      const answers = names(await ask(podAt('echo-1').netns, await addressOf('sticky'), 80, 20));
      assert.equal(new Set(answers).size, 1, `${answers}`);
    });

    it('a service without endpoints refuses at once', async () => {
      const address = await addressOf('nobody');
      for (const [from, host, port] of [
        [places.node, address, 80],
        [podAt('echo-1').netns, address, 80],
        [places.outside, nodeAddress, await nodePort('nobody', 'stream')],
      ] as const)
        assert.deepEqual(await ask(from, host, port), ['ECONNREFUSED'], `${from} ${host}:${port}`);
      assert.deepEqual(await askUdp(podAt('echo-1').netns, 0, address, 53), ['ECONNREFUSED']);
    });

    it('a pod is seen under its own address in the cluster, and under that of its node elsewhere', async () => {
      const { netns, address } = podAt('echo-1');
      assert.equal(await seenAs(netns, podAt('echo-2').address, 8080), address, 'by another pod');
      assert.equal(await seenAs(netns, await addressOf('second'), 80), address, 'by a pod behind a service');
      assert.equal(await seenAs(netns, nodeAddress, 8080), address, 'by the node');
      assert.equal(await seenAs(netns, outside.itself, 8080), outside.node, 'by the rest of the world');
    });

    it('rules that somebody has flushed are put back, those of the pods too', async () => {
      for (const table of ['nat', 'filter']) {
        const { code, stderr } = await scene().lab.run('iptables', ['-w', '20', '-t', table, '-F']);
        assert.equal(code, 0, stderr);
      }
      const { netns } = podAt('echo-1');
      await eventually(
        () => seenAs(netns, outside.itself, 8080),
        address => address === outside.node,
      );
      const port = await nodePort('echo', 'stream');
      await eventually(
        async () => names(await ask(places.outside, nodeAddress, port)),
        answers => answers.length > 0 && answers.every(name => echoes.includes(name)),
      );
    });

    it("a pod's service account opens the API from inside, as far as its roles go", async () => {
      const { pid, netns } = podAt('echo-1');
      const account = `/proc/${pid}/root/var/run/secrets/kubernetes.io/serviceaccount`;
      const token = (
        await scene().kubectl('exec', 'echo-1', '--', 'cat', '/var/run/secrets/kubernetes.io/serviceaccount/token')
      ).trim();
      const inside = (namespace: string) =>
        scene().lab.run('nsenter', [
          `--net=/run/netns/${netns}`,
          kubectls().at(-1)?.path ?? '',
          '--kubeconfig=/dev/null',
          '--server=https://10.96.0.1',
          `--certificate-authority=${account}/ca.crt`,
          `--token=${token}`,
          `--namespace=${namespace}`,
          ...['get', 'pods', '-o', 'name'],
        ]);
      const forbidden = /pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods"/;
      assert.match((await inside('default')).stderr, forbidden);
      await scene().create(grant);
      const { stdout } = await eventually(
        () => inside('default'),
        ({ code }) => code === 0,
      );
      assert.match(stdout, /^pod\/echo-1$/m);
      assert.match((await inside('kube-system')).stderr, forbidden);
    });
  },
};
