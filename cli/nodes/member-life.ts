/** `up`, `down`, `reset` and `status` of a machine that has joined a cluster: there is a node on it, and no control plane. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { systemClock } from '../../api/clock.js';
import { nodes } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { hasAddress } from '../cluster/address.js';
import { heeding } from '../cluster/interrupted.js';
import type { Layout } from '../cluster/layout.js';
import { requireNoNeighbour } from '../cluster/neighbours.js';
import { requireFreePorts } from '../cluster/ports.js';
import { isDown, keptProcess, logSize, nodeSpec, startProcess, stopProcess } from '../cluster/processes.js';
import { isReady, nodeReady, waitFor } from '../cluster/readiness.js';
import type { Steps } from '../cluster/steps.js';
import { Failure } from '../failure.js';
import { connectionOf, renewCredentials } from './credentials.js';
import { endNodeHere } from './end-here.js';
import { memberFile, type NodeConfig, readMember, writeMember } from './member.js';
import { addressTowards } from './reach.js';

const spec = nodeSpec;

function configOf(layout: Layout): NodeConfig {
  const config = readMember(layout);
  if (!config) throw new Failure(`there is no node in ${layout.dataDir}.`);
  if (config.lab)
    throw new Failure(
      `${config.nodeName} is a further node of the cluster on this machine: 'sudo ./orrery node stop ${config.nodeName}' and 'start' switch it off and on.`,
    );
  return config;
}

export async function upMember(layout: Layout, steps: Steps): Promise<void> {
  const config = configOf(layout);
  if (!keptProcess(layout, spec.name)) {
    requireNoNeighbour(layout.dataDir);
    await requireFreePorts({ kubeletPort: config.kubeletPort });
    await followAddress(layout, config);
    await steps.run('certificates', () => renewCredentials(layout, config.nodeName, systemClock.now()));
  }
  await heeding(signal => startMember(layout, steps, signal));
}

/** A machine's address may have changed since the node's earlier life, as a laptop's does. */
async function followAddress(layout: Layout, config: NodeConfig): Promise<void> {
  if (hasAddress(networkInterfaces(), config.address)) return;
  const { hostname, port } = new URL(config.server);
  writeMember(layout, { ...config, address: await addressTowards(`${hostname}:${port || 443}`) });
}

/** Throws a Failure, with its process stopped again, when it is not Ready in time. */
export async function startMember(layout: Layout, steps: Steps, signal: AbortSignal): Promise<void> {
  const { nodeName } = configOf(layout);
  const logFrom = logSize(layout, spec.name);
  const began = keptProcess(layout, spec.name) ? 0 : systemClock.now();
  if (began > 0) startProcess(layout, spec);
  const client = connect(connectionOf(layout), { userAgent: 'orrery' });
  try {
    await steps.run(`node ${nodeName} is Ready`, () =>
      waitFor(
        () => nodeReady(client, nodeName, began),
        { process: spec.name, what: `Ready node ${nodeName}`, timeoutMs: 90_000, signal, logFrom },
        layout,
        systemClock,
      ),
    );
  } catch (error) {
    if (began > 0) await stopProcess(layout, spec.name, systemClock);
    throw error;
  } finally {
    await client.close();
  }
}

export async function downMember(layout: Layout, steps: Steps): Promise<void> {
  const { nodeName } = configOf(layout);
  const running = keptProcess(layout, spec.name) !== undefined;
  if (!running && isDown(layout)) return steps.say(`node ${nodeName} does not run`);
  await steps.run(`stopping node ${nodeName} and its pods`, async () => {
    await stopProcess(layout, spec.name, systemClock);
    await endNodeHere(layout.dataDir);
  });
}

/** The cluster keeps its Node until somebody deletes it. */
export async function resetMember(layout: Layout, steps: Steps): Promise<void> {
  const { nodeName } = configOf(layout);
  if (!keptProcess(layout, spec.name)) requireNoNeighbour(layout.dataDir);
  await downMember(layout, steps);
  await steps.run(`removing what the node kept in ${layout.dataDir}`, async () => {
    for (const path of [layout.pki, layout.kubeconfigs, layout.logs, layout.run, layout.node])
      rmSync(path, { recursive: true, force: true });
    rmSync(memberFile(layout));
    if (existsSync(layout.dataDir) && readdirSync(layout.dataDir).length === 0) rmdirSync(layout.dataDir);
  });
  steps.say(`the cluster still lists the node: 'kubectl delete node ${nodeName}' there removes it.`);
}

/** Whether it is well. */
export async function describeMember(layout: Layout, write: (line: string) => void): Promise<boolean> {
  const { nodeName, server } = configOf(layout);
  try {
    const client = connect(connectionOf(layout), { userAgent: 'orrery' });
    try {
      const ready = isReady(await client.get(nodes, { name: nodeName }));
      write(`${nodeName} is a node of ${server}, and ${ready ? 'Ready' : 'not Ready'}`);
      return ready;
    } finally {
      await client.close();
    }
  } catch (error) {
    write(`${nodeName} is a node of ${server}, which does not answer: ${(error as Error).message}`);
    return false;
  }
}
