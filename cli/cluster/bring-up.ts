/** Starts the processes of a cluster that do not run, and waits until what they do together is there. */
import { systemClock } from '../../api/clock.js';
import type { Client } from '../../client/client.js';
import { apiServersOf, controlPlaneSpecs } from './control-planes.js';
import { memberCommand, membersOf, memberUrl } from './etcd.js';
import type { ClusterConfig, Layout } from './layout.js';
import { keepCommand, logSize, type ProcessSpec, startProcess } from './processes.js';
import { adminClient, apiReady, loopsLead, memberClient, memberHealthy, waitFor } from './readiness.js';
import type { Steps } from './steps.js';

export interface Start {
  layout: Layout;
  config: ClusterConfig;
  /** All processes but etcd's members. */
  specs: readonly ProcessSpec[];
  /** The names of those that ran before. */
  running: readonly string[];
  steps: Steps;
  signal: AbortSignal;
}

/** What waiting for the cluster's nodes takes. */
export interface Started {
  client: Client;
  /** When this life of a process began (ms; 0 for one that ran already). */
  since(process: string): number;
  /** Throws a Failure when the condition does not come true in time, or the process keeps ending. */
  ready(process: string, what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void>;
}

/** The names of the processes that this start has to start. */
export const missing = ({ config, specs, running }: Start): string[] =>
  [...membersOf(config), ...specs].map(({ name }) => name).filter(name => !running.includes(name));

/** `nodes` waits for what comes after the control planes. Throws a Failure; what was started goes on then. */
export async function bringUp(start: Start, nodes: (started: Started) => Promise<void>): Promise<void> {
  const { layout, specs, signal } = start;
  const absent = missing(start);
  const logs = new Map([...absent, ...start.running].map(name => [name, logSize(layout, name)]));
  const ready: Started['ready'] = (process, what, timeoutMs, condition) =>
    waitFor(condition, { process, what, timeoutMs, signal, logFrom: logs.get(process) ?? 0 }, layout, systemClock);
  await etcdReady(start, absent, ready);
  const began = systemClock.now();
  for (const spec of specs) if (absent.includes(spec.name)) startProcess(layout, spec);
  const client = adminClient(layout.dataDir);
  const since = (process: string): number => (absent.includes(process) ? began : 0);
  try {
    await apiServersReady(start, ready);
    await loopsReady(start, { client, since, ready });
    await nodes({ client, since, ready });
  } finally {
    await client.close();
  }
}

/** Before the API servers, which end when nothing answers them. */
async function etcdReady(
  { layout, config, steps }: Start,
  absent: readonly string[],
  ready: Started['ready'],
): Promise<void> {
  const members = membersOf(config);
  if (members.length === 0) return;
  for (const member of members)
    if (absent.includes(member.name))
      keepCommand(layout, member.name, memberCommand(layout, config, member), { hopeless: 'none' });
  const what = members.length > 1 ? `etcd of ${members.length} members` : 'etcd';
  await steps.run(what, async () => {
    await Promise.all(
      members.map(async member => {
        const client = memberClient(layout.dataDir, memberUrl(config, member));
        await ready(member.name, `a healthy ${member.name}`, 60_000, () => memberHealthy(client)).finally(() =>
          client.close(),
        );
      }),
    );
  });
}

async function apiServersReady({ layout, config, steps }: Start, ready: Started['ready']): Promise<void> {
  const { address, port } = config;
  const servers = apiServersOf(config);
  const what = servers.length > 1 ? `${servers.length} API servers` : 'API server';
  await steps.run(`${what} at https://${address}:${port}`, async () => {
    await Promise.all(
      servers.map(async server => {
        const client = adminClient(layout.dataDir, `https://${address}:${server.port}`);
        await ready(server.name, 'the API server', servers.length * 30_000, () => apiReady(client)).finally(() =>
          client.close(),
        );
      }),
    );
  });
}

/** Of several, any leads. */
async function loopsReady({ config, steps }: Start, { client, since, ready }: Started): Promise<void> {
  const loops = controlPlaneSpecs(config).filter(({ components }) => components.includes('controllers'));
  const names = loops.map(({ name }) => name);
  const led = Math.min(...names.map(since));
  await steps.run('controllers and scheduler lead', () =>
    ready(names[0] as string, 'a leading scheduler', 60_000, () => loopsLead(client, led)),
  );
}
