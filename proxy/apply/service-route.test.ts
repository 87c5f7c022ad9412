/** The route with real packets, in network namespaces of its own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  ask,
  createNetwork,
  type Network,
  nodeAddress,
  outsiderAddress,
  podAddress,
  startServer,
} from '../testing/network.js';
import { run } from './command.js';
import { ensureServiceRoute, type Ip, removeServiceRoute } from './service-route.js';

const route = { cidr: '10.96.0.0/16', source: nodeAddress };

describe('the way from a node to services', function () {
  this.timeout(20_000);
  let network: Network;
  let server: ChildProcess;
  const inNode = (...command: string[]): Promise<string> =>
    run('nsenter', [`--net=/run/netns/${network.node}`, ...command]);
  const ip: Ip = (...args) => inNode('ip', ...args);
  const routes = (): Promise<string> => ip('route', 'show', route.cidr);

  before(async function () {
    const absent = ['ip', 'nsenter', 'iptables'].filter(program => spawnSync(program, ['--version']).error);
    const reason = process.getuid?.() !== 0 ? 'not root' : absent.length > 0 ? `not installed: ${absent}` : undefined;
    if (reason) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    network = createNetwork(`or${process.pid}r`, 1);
    server = await startServer(network.pods[1] ?? '', 'web');
    const target = ['-j', 'DNAT', '--to-destination', `${podAddress(1)}:8080`];
    await inNode('iptables', '-t', 'nat', '-A', 'OUTPUT', '-d', '10.96.0.10', '-p', 'tcp', '--dport', '80', ...target);
  });
  after(() => {
    server?.kill('SIGKILL');
    network?.remove();
  });

  it('is the default route where there is one', async () => {
    await ensureServiceRoute(route, ip);
    assert.equal(await routes(), '');
    assert.deepEqual(await ask(network.node, '10.96.0.10', 80), [`web ${nodeAddress}`]);
  });

  it('is a route of its own where there is none', async () => {
    await ip('route', 'del', 'default', 'via', outsiderAddress);
    assert.deepEqual(await ask(network.node, '10.96.0.10', 80), ['ENETUNREACH']);
    for (const _ of ['once', 'twice']) await ensureServiceRoute(route, ip);
    assert.equal((await routes()).trim().split('\n').length, 1);
    assert.deepEqual(await ask(network.node, '10.96.0.10', 80), [`web ${nodeAddress}`]);
  });

  it('is removed alone', async () => {
    await ip('route', 'add', '203.0.113.0/24', 'via', outsiderAddress);
    for (const _ of ['once', 'twice']) await removeServiceRoute(ip);
    assert.equal(await routes(), '');
    assert.match(await ip('route', 'show', '203.0.113.0/24'), /via/);
  });
});
