/**
 * Ends shims that containerd has forgotten: one that is killed while it starts a shim may never have heard of it, and
 * does not end it with its sandbox.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { containersProto } from '../cri/containerd-proto.js';
import { detailsOf } from '../cri/cri.js';
import { type Call, channel, kubernetesNamespace, unaryCalls } from '../cri/grpc.js';
import { killHard } from '../kill-hard.js';
import { type Process, processes, type Shim, shimsAmong } from './processes.js';

const lookMs = 10_000;
const service = 'containerd.services.containers.v1.Containers';

export interface OrphanOptions {
  socket: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Runs until the signal aborts; never throws. */
export async function endOrphans({ socket, clock, log, signal }: OrphanOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const shim of await endOrphansOnce(socket)) log.info(shim, 'ended a shim that containerd had forgotten');
    } catch (error) {
      log.debug({ reason: detailsOf(error) }, 'containerd did not say which shims it knows');
    }
    await clock.sleep(lookMs, signal);
  }
}

/** Answers those that it has ended. */
export async function endOrphansOnce(socket: string): Promise<Shim[]> {
  // Containers are recorded before their shims are started: so the shims are looked at first.
  const shims = shimsAmong(await processes(), socket);
  if (shims.length === 0) return [];
  const known = new Set(await recordedContainers(socket));
  if (shims.every(({ id }) => known.has(id))) return [];
  const running = await processes();
  // Those that are still the same: a process id may belong to another by now.
  const pids = new Map(shimsAmong(running, socket).map(({ id, pid }) => [id, pid]));
  const orphans = shims.filter(({ id, pid }) => !known.has(id) && pids.get(id) === pid);
  for (const { pid } of orphans) for (const victim of victims(pid, running)) killHard(victim);
  return orphans;
}

/** What a shim has started, which would outlive it, and then the shim itself. Pure. */
export const victims = (shim: number, running: readonly Process[]): number[] => [
  ...running.filter(({ parent }) => parent === shim).map(({ pid }) => pid),
  shim,
];

/** The ids of all containers and sandboxes, those in the making included. */
async function recordedContainers(socket: string): Promise<string[]> {
  const client = channel(socket);
  try {
    const list = unaryCalls(client, containersProto, service, kubernetesNamespace()).get('List') as Call;
    const { containers } = (await list({}, 30_000)) as unknown as { containers: { id: string }[] };
    return containers.map(({ id }) => id);
  } finally {
    client.close();
  }
}
