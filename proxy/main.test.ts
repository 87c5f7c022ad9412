/** The proxy with real iptables, real connections and real datagrams, in network namespaces of its own. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../api/clock.js';
import type { EndpointSlice, Service } from '../api/types.js';
import {
  ask,
  askUdp,
  createNetwork,
  inNamespace,
  type Network,
  nodeAddress,
  outsiderAddress,
  podAddress,
  resolve,
  startServer,
} from './testing/network.js';
import type { Message } from './testing/proxy-process.js';

/** The source beside the source, and compiled beside what is compiled. */
const script = fileURLToPath(new URL(`./testing/proxy-process${extname(import.meta.url)}`, import.meta.url));
const flavours = ['nft', 'legacy'] as const;

/** Why these tests cannot run here; undefined when they can. */
function missing(flavour: string): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed for network namespaces';
  const programs = ['ip', 'nsenter', 'conntrack', `iptables-${flavour}`];
  const absent = programs.filter(program => spawnSync(program, ['--version']).error);
  return absent.length > 0 ? `not installed: ${absent.join(', ')}` : undefined;
}

for (const flavour of flavours) {
  describe(`proxy with iptables-${flavour}`, function () {
    this.timeout(60_000);
    let network: Network;
    let proxy: ChildProcess;
    let path: string;
    const servers: ChildProcess[] = [];
    const env = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${path}:${process.env.PATH}` });

    before(async function () {
      const reason = missing(flavour);
      if (reason) {
        console.log(`      skipped: ${reason}`);
        this.skip();
      }
      path = mkdtempSync(join(tmpdir(), 'orrery-proxy-'));
      for (const program of ['iptables', 'iptables-save', 'iptables-restore']) {
        const real = execFileSync('which', [program.replace('iptables', `iptables-${flavour}`)], { encoding: 'utf8' });
        symlinkSync(real.trim(), join(path, program));
      }
      network = createNetwork(`or${process.pid}${flavour[0]}`, 4);
      for (const n of [1, 2, 3]) servers.push(await startServer(network.pods[n] ?? '', `web${n}`));
      proxy = inNamespace(network.node, [process.execPath, '--import=tsx', script], { ipc: true, env: env() });
      assert.deepEqual(await once(proxy, 'message'), ['ready', undefined]);
    });

    after(() => {
      for (const child of [...servers, proxy]) child?.kill('SIGKILL');
      network?.remove();
      if (path) rmSync(path, { recursive: true });
    });

    async function tell(message: Message): Promise<void> {
      proxy.send(message);
      const [answer] = await once(proxy, 'message');
      assert.equal(answer, 'done');
    }

    function iptables(...args: string[]): string {
      return execFileSync('nsenter', [`--net=/run/netns/${network.node}`, ...args], { encoding: 'utf8', env: env() });
    }

    /** Asks until the answer is as wanted; rules are applied behind the API's back. */
    async function eventually(what: () => Promise<string[]>, wanted: (answer: string) => boolean): Promise<void> {
      let last = '';
      for (let i = 0; i < 100; i += 1) {
        last = (await what())[0] ?? '';
        if (wanted(last)) return;
        await systemClock.sleep(50);
      }
      assert.fail(`the last answer was ${last}`);
    }

    const pod = (n: number): string => network.pods[n] ?? '';
    const names = (answers: string[]): string[] => answers.map(answer => answer.split(' ')[0] ?? '');
    const isAnswer = (answer: string): boolean => answer.startsWith('web');

    async function serve(
      name: string,
      clusterIP: string,
      pods: number[],
      spec: Partial<NonNullable<Service['spec']>> = {},
    ) {
      await tell({ service: service(name, clusterIP, spec) });
      await tell({ slice: slice(name, pods, spec.ports?.[0]?.protocol) });
    }

    it('spreads connections evenly: from a pod, and from the node itself', async () => {
      await serve('web', '10.96.0.10', [1, 2, 3]);
      await eventually(() => ask(pod(4), '10.96.0.10', 80), isAnswer);
      for (const from of [pod(4), network.node]) {
        const answers = names(await ask(from, '10.96.0.10', 80, 300));
        for (const name of ['web1', 'web2', 'web3']) {
          const share = answers.filter(answer => answer === name).length / 300;
          assert(share > 0.2 && share < 0.47, `${name} got ${share} from ${from}`);
        }
      }
    });

    it('a pod is seen under its own address, on the same bridge too', async () => {
      const answers = await ask(pod(4), '10.96.0.10', 80, 10);
      for (const answer of answers) assert.equal(answer.split(' ')[1], podAddress(4));
    });

    it('a pod reaches itself through its service', async () => {
      await serve('alone', '10.96.0.11', [1]);
      await eventually(() => ask(pod(1), '10.96.0.11', 80), isAnswer);
      assert.deepEqual(names(await ask(pod(1), '10.96.0.11', 80, 5)), Array(5).fill('web1'));
    });

    it('a node port answers an outsider, a pod, the node, and the node on localhost', async () => {
      await serve('outer', '10.96.0.12', [1, 2, 3], { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
      await eventually(() => ask(network.outsider, nodeAddress, 30080), isAnswer);
      const ways: [string, string][] = [
        [network.outsider, nodeAddress],
        [pod(4), nodeAddress],
        [pod(4), '10.244.1.1'],
        [network.node, nodeAddress],
        [network.node, '127.0.0.1'],
      ];
      for (const [from, to] of ways) {
        const answers = await ask(from, to, 30080, 5);
        assert(answers.every(isAnswer), `${from} -> ${to}: ${answers}`);
      }
    });

    it("externalTrafficPolicy Local shows the client's address", async () => {
      const ports = [{ port: 80, nodePort: 30081 }];
      await serve('seen', '10.96.0.13', [1], { type: 'NodePort', externalTrafficPolicy: 'Local', ports });
      await eventually(() => ask(network.outsider, nodeAddress, 30081), isAnswer);
      assert.deepEqual(await ask(network.outsider, nodeAddress, 30081), [`web1 ${outsiderAddress}`]);
    });

    it('a client with affinity stays with its backend', async () => {
      await serve('sticky', '10.96.0.14', [1, 2, 3], { sessionAffinity: 'ClientIP' });
      await eventually(() => ask(pod(4), '10.96.0.14', 80), isAnswer);
      const answers = names(await ask(pod(4), '10.96.0.14', 80, 20));
      assert.equal(new Set(answers).size, 1, `${answers}`);
    });

    it('a service without endpoints refuses at once, and serves when one comes', async () => {
      await serve('empty', '10.96.0.15', [], { type: 'NodePort', ports: [{ port: 80, nodePort: 30082 }] });
      await eventually(
        () => ask(pod(4), '10.96.0.15', 80),
        answer => answer === 'ECONNREFUSED',
      );
      assert.deepEqual(await ask(network.node, '10.96.0.15', 80), ['ECONNREFUSED']);
      assert.deepEqual(await ask(network.outsider, nodeAddress, 30082), ['ECONNREFUSED']);
      await tell({ slice: slice('empty', [2]) });
      await eventually(
        () => ask(pod(4), '10.96.0.15', 80),
        answer => answer.startsWith('web2'),
      );
    });

    it('datagrams follow the endpoints, the flow of one socket too', async () => {
      await serve('dns', '10.96.0.16', [1], { ports: [{ port: 53, protocol: 'UDP' }] });
      const same = (): Promise<string[]> => askUdp(pod(4), 40000, '10.96.0.16', 53);
      await eventually(same, answer => answer.startsWith('web1'));
      await tell({ slice: slice('dns', [2], 'UDP') });
      await eventually(same, answer => answer.startsWith('web2'));
      await tell({ slice: slice('dns', [], 'UDP') });
      await eventually(same, answer => answer === 'ECONNREFUSED');
    });

    const dnsAddress = '10.96.0.53';
    const ports = (['UDP', 'TCP'] as const).map(protocol => ({ name: protocol.toLowerCase(), port: 53, protocol }));
    const dnsService = (selector?: Record<string, string>): Service => ({
      ...service('kube-dns', dnsAddress, { ports, ...(selector ? { selector } : {}) }),
      metadata: { name: 'kube-dns', namespace: 'kube-system' },
    });
    const web = 'web.default.svc.cluster.local';

    it('DNS: pods are answered, and the node itself', async () => {
      await tell({ service: dnsService() });
      await eventually(
        () => resolve(pod(1), dnsAddress, web),
        answer => answer === '10.96.0.10',
      );
      assert.deepEqual(await resolve(network.node, dnsAddress, web), ['10.96.0.10']);
      assert.deepEqual(await resolve(pod(2), dnsAddress, 'nobody.default.svc.cluster.local'), ['ENOTFOUND']);
      assert.deepEqual(await resolve(pod(2), dnsAddress, 'example.com'), ['ESERVFAIL']);
    });

    it('DNS: goes on over TCP where a datagram is too small', async () => {
      await tell({ service: service('many', 'None', {}) });
      const pods = Array.from({ length: 200 }, (_, n) => n);
      await tell({ slice: slice('many', pods) });
      const all = async (): Promise<string[]> => resolve(pod(1), dnsAddress, 'many.default.svc.cluster.local');
      await eventually(
        async () => [String((await all()).length)],
        count => count === '200',
      );
      assert.deepEqual((await all()).sort(), pods.map(podAddress).sort());
    });

    it('DNS: makes way for one of the user', async () => {
      await tell({ service: dnsService({ app: 'mine' }) });
      await eventually(
        () => resolve(pod(1), dnsAddress, web),
        answer => answer === 'ECONNREFUSED',
      );
      await tell({ service: dnsService() });
      await eventually(
        () => resolve(pod(1), dnsAddress, web),
        answer => answer === '10.96.0.10',
      );
    });

    for (const damage of [
      ['-t', 'nat', '-F'],
      ['-F'],
      ['-t', 'nat', '-F', 'KUBE-SERVICES'],
      ['-t', 'nat', '-D', 'OUTPUT', '1'],
    ]) {
      it(`iptables ${damage.join(' ')} is repaired`, async () => {
        const rules = (): number =>
          iptables('iptables-save')
            .split('\n')
            .filter(line => line.startsWith('-A')).length;
        const whole = rules();
        // Held still, lest it repairs faster than the damage can be seen.
        proxy.kill('SIGSTOP');
        iptables('iptables', ...damage);
        assert(rules() < whole);
        proxy.kill('SIGCONT');
        await eventually(
          async () => [String(rules())],
          count => count === String(whole),
        );
        assert(isAnswer((await ask(network.node, '10.96.0.10', 80))[0] ?? ''));
      });
    }

    it('the rules outlive the proxy, and cleanup leaves nothing', async () => {
      await tell({ stop: true });
      assert(isAnswer((await ask(pod(4), '10.96.0.10', 80))[0] ?? ''));
      await tell({ cleanup: true });
      assert.doesNotMatch(iptables('iptables-save'), /KUBE-/);
      assert.doesNotMatch(iptables('ip', 'address', 'show', 'lo'), /169\.254/);
    });
  });
}

function service(name: string, clusterIP: string, spec: Partial<NonNullable<Service['spec']>>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP' }], ...spec },
  };
}

function slice(service: string, pods: number[], protocol = 'TCP'): EndpointSlice {
  const conditions = { ready: true, serving: true, terminating: false };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ port: 8080, protocol }],
    endpoints: pods.map(n => ({ addresses: [podAddress(n)], conditions, nodeName: 'here' })),
  };
}
