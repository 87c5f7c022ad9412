/**
 * Asks the cluster's other processes whether they live, and kills those that hang: their keepers start them again. The node
 * does it, as a kubelet does with static pods, and so do the loops, who look after the node; each of them would be enough.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';
import { StatusError } from '../../../api/status.js';
import type { Client } from '../../../client/client.js';
import { isHollow } from '../../hollow/file.js';
import { hollowSpecs } from '../../hollow/processes.js';
import { furtherNodes, furtherProcess } from '../../nodes/further.js';
import { clusterSpecs } from '../control-planes.js';
import type { ClusterConfig, Layout } from '../layout.js';
import { keptProcess } from '../processes.js';
import { adminClient, memberClient } from '../readiness.js';
import { beatFile, lastBeat } from './beat.js';
import { beating, judge, livenessTargets, type Outcome, type Sign, type Target, type Watched } from './plan.js';
import type { LivenessProbe } from './probe.js';

/** An answer may be so late for this process's own sake. */
const ownDelayMs = 1000;
/** How soon a further node is heard of. */
const lookMs = 10_000;

export interface WatchOptions {
  layout: Layout;
  config: ClusterConfig;
  /** The process that asks. */
  name: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** A process, and whose it is: further nodes have folders of their own. */
interface Watch {
  layout: Layout;
  target: Target;
}

/** Runs until the signal aborts. */
export async function watchProcesses(options: WatchOptions): Promise<void> {
  const { clock, signal } = options;
  const watching = new Map<string, Promise<void>>();
  const well = new Set<string>();
  while (!signal.aborted) {
    for (const watch of watchesOf(options)) {
      const key = `${watch.layout.dataDir} ${watch.target.name}`;
      if (!watching.has(key)) watching.set(key, watchOne(watch, well, options));
    }
    await clock.sleep(lookMs, signal);
  }
  await Promise.all(watching.values());
}

function watchesOf({ layout, config, name }: WatchOptions): Watch[] {
  const specs = isHollow(layout) ? hollowSpecs(config) : clusterSpecs(config);
  const own = livenessTargets(
    config,
    specs.map(spec => spec.name),
    name,
  ).map(target => ({ layout, target }));
  const further = furtherNodes(layout).map(node => ({
    layout: node.layout,
    target: beating(furtherProcess, config.livenessProbe),
  }));
  return [...own, ...further];
}

/** `well` holds the names of those whose last answer was good. */
async function watchOne({ layout, target }: Watch, well: Set<string>, options: WatchOptions): Promise<void> {
  const { clock, log, signal } = options;
  const { name, peers, probe } = target;
  const ask = asking({ layout, target }, options);
  let watched: Watched | undefined;
  while (!signal.aborted) {
    const began = clock.now();
    const pid = keptProcess(layout, name)?.child;
    const outcome = pid === undefined ? 'unknown' : await trusted(ask.once, probe, clock);
    if (outcome === 'well') well.add(name);
    else well.delete(name);
    if (pid !== undefined && !signal.aborted) {
      const verdict = judge(
        watched,
        pid,
        outcome,
        target,
        peers.some(peer => well.has(peer)),
      );
      if (!watched?.wasWell && verdict.watched.wasWell) log.debug({ process: name, pid }, 'it lives');
      watched = verdict.watched;
      if (verdict.hangs) {
        log.error({ process: name, pid, silences: watched.silences }, 'it hangs: it is killed, to be started again');
        kill(pid);
      }
    }
    await clock.sleep(Math.max(0, probe.periodSeconds * 1000 - (clock.now() - began)), signal);
  }
  await ask.close();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself, or another that asks was quicker.
  }
}

/** A silence that was measured by somebody who was held up himself says nothing. */
async function trusted(ask: () => Promise<Outcome>, { timeoutSeconds }: LivenessProbe, clock: Clock): Promise<Outcome> {
  const began = clock.now();
  const outcome = await ask();
  const isLate = clock.now() - began > timeoutSeconds * 1000 + ownDelayMs;
  return outcome === 'silent' && isLate ? 'unknown' : outcome;
}

interface Asking {
  once(): Promise<Outcome>;
  close(): Promise<void>;
}

function asking(
  { layout, target: { name, probe, sign } }: Watch,
  { layout: cluster, log, signal }: WatchOptions,
): Asking {
  if (sign === 'beat') return { once: beats(beatFile(layout, name)), close: async () => {} };
  let client: Client | undefined;
  return {
    async once() {
      try {
        client ??= clientFor(sign, cluster, probe.timeoutSeconds * 1000);
      } catch (error) {
        log.warn({ process: name, reason: (error as Error).message }, 'it cannot be asked whether it lives');
        return 'unknown';
      }
      return answers(client, 'etcd' in sign ? '/version' : '/livez?exclude=etcd', signal);
    },
    close: async () => client?.close(),
  };
}

/** Throws the reason why the credentials for it cannot be read. */
const clientFor = (sign: Exclude<Sign, 'beat'>, { dataDir }: Layout, timeoutMs: number): Client =>
  'etcd' in sign ? memberClient(dataDir, sign.etcd, timeoutMs) : adminClient(dataDir, sign.apiServer, timeoutMs);

/** That the members of etcd have lost each other is no reason to kill one, nor the API servers that need them: neither is asked. */
async function answers(client: Client, path: string, signal: AbortSignal): Promise<Outcome> {
  try {
    await client.raw(path, { signal });
    return 'well';
  } catch (error) {
    // Who refuses somebody lives.
    return error instanceof StatusError && error.code < 500 ? 'well' : 'silent';
  }
}

/** Asked again, there should be a beat that is not the last one's. */
function beats(file: string): () => Promise<Outcome> {
  let before: number | undefined;
  return async () => {
    const now = lastBeat(file);
    const outcome = now === undefined || before === undefined ? 'unknown' : now === before ? 'silent' : 'well';
    before = now;
    return outcome;
  };
}
