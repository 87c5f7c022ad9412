/**
 * `orrery join HOST:PORT --token T --discovery-token-ca-cert-hash sha256:...`: makes this machine a node of a cluster that
 * runs elsewhere. The token only serves to ask for a certificate; from then on the machine is system:node:NAME.
 */
import { mkdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { systemClock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Node } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { configMaps, nodes } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { hasAddress, nodeNameFrom } from '../cluster/address.js';
import { exclusively } from '../cluster/exclusive.js';
import { heeding } from '../cluster/interrupted.js';
import { defaults, type Layout, layoutOf, ontoDisk, readConfig, requireRoom } from '../cluster/layout.js';
import { requireNoNeighbour } from '../cluster/neighbours.js';
import { requireFreePorts } from '../cluster/ports.js';
import { isReady } from '../cluster/readiness.js';
import { nodeRequirements } from '../cluster/requirements.js';
import { asRoot } from '../cluster/root.js';
import { ensureSystem } from '../cluster/setup.js';
import type { Steps } from '../cluster/steps.js';
import { Failure } from '../failure.js';
import { type ClusterFacts, factsFrom, factsName } from './cluster-facts.js';
import { clientPair, connectionOf, type Own, servingPair, writeCredentials } from './credentials.js';
import { discoverAuthority, parseToken, type Token } from './discovery.js';
import { isMember, writeMember } from './member.js';
import { startMember } from './member-life.js';
import { addressTowards } from './reach.js';

export interface JoinOptions {
  dataDir: string;
  /** 'HOST:PORT' of the API server. */
  endpoint: string;
  token: string;
  hashes: readonly string[];
  nodeName?: string;
  address?: string;
  kubeletPort?: number;
  steps: Steps;
}

export function join(options: JoinOptions): Promise<void> {
  const { dataDir, steps } = options;
  asRoot('start a node');
  const token = parseToken(options.token);
  const server = serverAt(options.endpoint);
  return exclusively(dataDir, () =>
    ontoDisk(dataDir, async () => {
      const layout = layoutOf(dataDir);
      requireFree(layout);
      requireNoNeighbour(dataDir);
      await ensureSystem(nodeRequirements, steps);
      const kubeletPort = options.kubeletPort ?? defaults.kubeletPort;
      await requireFreePorts({ kubeletPort });
      mkdirSync(dataDir, { recursive: true, mode: 0o711 });
      requireRoom(dataDir);
      const address = await ownAddress(options);
      const nodeName = options.nodeName ?? nodeNameFrom(hostname());
      const { hashes } = options;
      const ca = await steps.run(`${server} is the cluster that was meant`, () =>
        discoverAuthority({ server, token, hashes }, systemClock),
      );
      const own = { server, ca, nodeName };
      const facts = await steps.run(`certificates for node ${nodeName}`, () => becomeNode(layout, own, token));
      const podCidr = await steps.run('a range of pods', () => rangeFor(layout, nodeName));
      writeMember(layout, { nodeName, address, kubeletPort, podCidr, server, ...facts });
      await heeding(signal => startMember(layout, steps, signal));
    }),
  );
}

function serverAt(endpoint: string): string {
  if (!/^[^/\s:]+:\d{1,5}$/.test(endpoint))
    throw new Failure(`${endpoint} is no address of an API server: host:port is expected, as in 192.0.2.1:6443.`);
  return `https://${endpoint}`;
}

function requireFree(layout: Layout): void {
  const what = readConfig(layout) ? 'a cluster of its own' : isMember(layout) ? 'a node of a cluster' : undefined;
  if (what)
    throw new Failure(
      `this machine is ${what} already (${layout.dataDir}): 'sudo ./orrery up' starts it, 'sudo ./orrery reset' removes it.`,
    );
}

/** The one under which the API server sees this machine. */
async function ownAddress({ address, endpoint }: JoinOptions): Promise<string> {
  if (address === undefined) return addressTowards(endpoint);
  if (hasAddress(networkInterfaces(), address)) return address;
  throw new Failure(`no interface of this machine has the address ${address} ('ip -4 address' lists them).`);
}

/** Trades the token for certificates, and writes them down with all that the node's processes read. */
async function becomeNode(layout: Layout, own: Own, token: Token): Promise<ClusterFacts> {
  const connection = { server: own.server, ca: own.ca, namespace: 'default' };
  const stranger = connect({ ...connection, token: `${token.id}.${token.secret}` }, { userAgent: 'orrery' });
  const pair = await (async () => {
    try {
      await requireNameFree(stranger, own.nodeName);
      return await clientPair(stranger, own);
    } finally {
      await stranger.close();
    }
  })();
  const node = connect({ ...connection, ...pair }, { userAgent: 'orrery' });
  try {
    const serving = await servingPair(node, own);
    const { data } = await node.get(configMaps, factsName);
    const facts = factsFrom(data);
    writeCredentials(layout, own, pair, serving);
    return facts;
  } finally {
    await node.close();
  }
}

/** Two machines under one name would take each other's pods for their own. */
async function requireNameFree(client: Client, name: string): Promise<void> {
  const found = await client.get(nodes, { name }).catch(error => {
    if (error instanceof StatusError && error.status.code === 404) return undefined;
    throw error;
  });
  if (found && isReady(found))
    throw new Failure(
      `a Node with name "${name}" and status "Ready" already exists in the cluster: delete it ('kubectl delete node ${name}'), or join with another --node-name.`,
    );
}

const rangePatienceMs = 30_000;

/** Registers the node, so that the cluster gives it a range; its kubelet finds it there. */
async function rangeFor(layout: Layout, nodeName: string): Promise<string> {
  const client = connect(connectionOf(layout), { userAgent: 'orrery' });
  try {
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName }, spec: {} };
    await client.create(nodes, node).catch(error => {
      // It was a node before.
      if (!(error instanceof StatusError && error.status.code === 409)) throw error;
    });
    for (const began = systemClock.now(); systemClock.now() - began < rangePatienceMs; await systemClock.sleep(100)) {
      const { spec } = await client.get(nodes, { name: nodeName });
      if (spec?.podCIDR) return spec.podCIDR;
    }
    throw new Failure(
      `the cluster gave node ${nodeName} no range of pods in ${rangePatienceMs / 1000} s: its controllers may not run, or none may be left ('kubectl get events' says).`,
    );
  } finally {
    await client.close();
  }
}
