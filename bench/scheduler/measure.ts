/** How many pods a second the scheduler places, with an API that costs next to nothing. */
import { setMaxListeners } from 'node:events';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import type { Client } from '../../client/client.js';
import { Scheduler } from '../../scheduler/scheduler.js';
import type { Figure } from '../figure.js';
import { BareApi } from './api.js';
import { growing, nodesOf, type Workload, workloads } from './workloads.js';

interface Sample {
  perSecond: number;
  /** Of this process, for each pod. */
  micros: number;
}

/** Seconds are those from the first pod's coming to the last one's binding. */
async function measureOnce({ nodes, placed, standing }: Workload): Promise<Sample> {
  const api = new BareApi();
  api.seed('nodes', nodesOf(nodes));
  api.seed('pods', standing);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const running = new Scheduler({
    client: api as unknown as Client,
    eventsOf: () => ({ event: () => {} }),
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
    signal: ending.signal,
  }).run();
  // Until the informers have what is there.
  await systemClock.sleep(1000);
  const before = process.cpuUsage();
  const began = performance.now();
  await api.place(placed);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  ending.abort();
  await running;
  return { perSecond: placed.length / seconds, micros: (user + system) / placed.length };
}

export async function measureScheduler(rounds: number, tell: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { what, goal, upstream } of workloads()) {
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      tell(`scheduler, ${what}, round ${round} of ${rounds}`);
      samples.push(await measureOnce(workloads().find(workload => workload.what === what) as Workload));
    }
    figures.push({
      what: `placed at 5,000 nodes: ${what}`,
      unit: '/s',
      values: samples.map(({ perSecond }) => perSecond),
      micros: samples.map(({ micros }) => micros),
      goal,
      ...(upstream === undefined ? {} : { upstream }),
    });
  }
  return [...figures, ...(await measureGrowth(rounds, tell))];
}

async function measureGrowth(rounds: number, tell: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [2000, 20_000]) {
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      tell(`scheduler, ${count} pods on 1,000 nodes, round ${round} of ${rounds}`);
      samples.push(await measureOnce(growing(count)));
    }
    const micros = samples.map(one => one.micros);
    figures.push({
      what: `placed at 1,000 nodes: ${count} replicas`,
      unit: '/s',
      values: samples.map(s => s.perSecond),
      micros,
    });
  }
  return figures;
}
