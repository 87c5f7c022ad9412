/**
 * A node and its pods as network namespaces, for tests with real packets: pods on a bridge of the node, and an outsider
 * on a link of its own. Needs root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const nodeAddress = '198.51.100.1';
export const outsiderAddress = '198.51.100.2';
export const podAddress = (n: number): string => `10.244.1.${n + 1}`;

export interface Network {
  node: string;
  outsider: string;
  /** pods[n] has podAddress(n); the first is n = 1. */
  pods: string[];
  remove(): void;
}

const ip = (command: string): string => execFileSync('ip', command.split(' '), { encoding: 'utf8' });

/** Namespaces named after `prefix`, which must be unique on the machine and short: interface names have 15 characters. */
export function createNetwork(prefix: string, podCount: number): Network {
  const name = (suffix: string | number): string => `${prefix}-${suffix}`;
  const pods = Array.from({ length: podCount }, (_, i) => name(i + 1));
  const network: Network = {
    node: name('node'),
    outsider: name('out'),
    pods: ['', ...pods],
    remove() {
      for (const namespace of [this.node, this.outsider, ...pods]) execFileSync('ip', ['netns', 'del', namespace]);
    },
  };
  for (const namespace of [network.node, network.outsider, ...pods]) {
    ip(`netns add ${namespace}`);
    ip(`-n ${namespace} link set lo up`);
  }
  ip(`-n ${network.node} link add br0 type bridge`);
  ip(`-n ${network.node} addr add 10.244.1.1/24 dev br0`);
  ip(`-n ${network.node} link set br0 up`);
  connect(network.node, 'up0', nodeAddress, network.outsider, outsiderAddress);
  ip(`-n ${network.node} route add default via ${outsiderAddress}`);
  ip(`-n ${network.outsider} route add 10.96.0.0/16 via ${nodeAddress}`);
  for (const [i, pod] of pods.entries()) attach(network.node, pod, i + 1);
  return network;
}

function connect(a: string, device: string, addressA: string, b: string, addressB: string): void {
  ip(`-n ${a} link add ${device} type veth peer name eth0 netns ${b}`);
  ip(`-n ${a} addr add ${addressA}/24 dev ${device}`);
  ip(`-n ${b} addr add ${addressB}/24 dev eth0`);
  ip(`-n ${a} link set ${device} up`);
  ip(`-n ${b} link set eth0 up`);
}

/** As the CNI bridge plug-in does with hairpinMode: a pod's own packets may come back to it. */
function attach(node: string, pod: string, n: number): void {
  ip(`-n ${node} link add pod${n} type veth peer name eth0 netns ${pod}`);
  ip(`-n ${node} link set pod${n} master br0 up`);
  ip(`-n ${node} link set pod${n} type bridge_slave hairpin on`);
  ip(`-n ${pod} addr add ${podAddress(n)}/24 dev eth0`);
  ip(`-n ${pod} link set eth0 up`);
  ip(`-n ${pod} route add default via 10.244.1.1`);
}

/** Runs in the namespace. `ip netns exec` would hide the cgroups; this does not. */
export function inNamespace(
  namespace: string,
  command: string[],
  options: { ipc?: boolean; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  return spawn('nsenter', [`--net=/run/netns/${namespace}`, ...command], {
    stdio: ['ignore', 'pipe', 'inherit', ...(options.ipc ? (['ipc'] as const) : [])],
    env: options.env ?? process.env,
  });
}

/** Answers whoever comes, over TCP and UDP on port 8080, with 'NAME CLIENT-ADDRESS'. Resolves once it listens. */
export async function startServer(namespace: string, name: string): Promise<ChildProcess> {
  const script = `
    const answer = address => ${JSON.stringify(name)} + ' ' + address;
    require('net').createServer(s => { s.on('error', () => {}); s.end(answer(s.remoteAddress)); }).listen(8080, '0.0.0.0', () => {
      const udp = require('dgram').createSocket('udp4');
      udp.on('message', (_, from) => udp.send(answer(from.address), from.port, from.address));
      udp.bind(8080, () => console.log('ready'));
    });`;
  const child = inNamespace(namespace, [process.execPath, '-e', script]);
  await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
  return child;
}

/** What each of `count` connections from the namespace was answered, or its error's code. */
export async function ask(namespace: string, host: string, port: number, count = 1): Promise<string[]> {
  const script = `
    const [host, port, count] = process.argv.slice(1);
    const one = () => new Promise(done => {
      const s = require('net').connect({ host, port: +port, timeout: 10_000 });
      let text = '';
      s.on('data', d => text += d);
      s.on('end', () => done(text));
      s.on('timeout', () => { s.destroy(); done('ETIMEDOUT'); });
      s.on('error', e => done(e.code));
    });
    (async () => { const all = []; for (let i = 0; i < +count; i++) all.push(await one()); console.log(JSON.stringify(all)); })();`;
  return answers(namespace, script, host, port, count);
}

/** The same with datagrams, all from one socket: to the kernel they are one flow. */
export async function askUdp(namespace: string, sourcePort: number, host: string, port: number): Promise<string[]> {
  const script = `
    const [host, port, sourcePort] = process.argv.slice(1);
    const s = require('dgram').createSocket('udp4');
    const done = text => { console.log(JSON.stringify([text])); process.exit(); };
    s.on('message', m => done(m.toString()));
    s.on('error', e => done(e.code));
    s.bind(+sourcePort, () => { s.connect(+port, host, () => s.send('?')); setTimeout(done, 10_000, 'ETIMEDOUT'); });`;
  return answers(namespace, script, host, port, sourcePort);
}

/** The IPv4 addresses of a name, by that server's answer, or the error's code: 'ENOTFOUND'. */
export async function resolve(namespace: string, server: string, name: string): Promise<string[]> {
  const script = `
    const [server, name] = process.argv.slice(1);
    const resolver = new (require('dns').promises.Resolver)({ timeout: 5000, tries: 2 });
    resolver.setServers([server]);
    resolver.resolve4(name).catch(error => [error.code]).then(found => console.log(JSON.stringify(found)));`;
  return answers(namespace, script, server, name);
}

async function answers(namespace: string, script: string, ...args: (string | number)[]): Promise<string[]> {
  const child = inNamespace(namespace, [process.execPath, '-e', script, ...args.map(String)]);
  let out = '';
  child.stdout?.on('data', chunk => {
    out += chunk;
  });
  await once(child, 'close');
  return JSON.parse(out) as string[];
}
