/** Pods that come and go, and a node whose programs are killed meanwhile, at moments that a seed decides. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemClock } from '../../../api/clock.js';
import type { KubeObject, Pod, PodSpec } from '../../../api/types.js';
import { layoutOf } from '../../../cli/cluster/layout.js';
import { keptProcess } from '../../../cli/cluster/processes.js';
import { idle, image, object, pod, type Scene, shell } from './scene.js';

export type Victim = 'node' | 'containerd';

export interface Deed {
  afterMs: number;
  victims: readonly Victim[];
}

/** The same for the same seed. */
export const deedsOf = (seed: number, count: number, victims: readonly (readonly Victim[])[]): Deed[] =>
  fc.sample(
    fc.noBias(fc.record({ afterMs: fc.integer({ min: 200, max: 4000 }), victims: fc.constantFrom(...victims) })),
    { seed, numRuns: count },
  );

/** kill -9 of each that runs. */
export function kill({ lab }: Scene, victims: readonly Victim[]): void {
  const pids = {
    node: keptProcess(layoutOf(lab.dataDir), 'node')?.child,
    containerd: containerdOf(join(lab.dataDir, 'node/containerd')),
  };
  for (const victim of victims) {
    const pid = pids[victim];
    if (pid === undefined) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // Between two lives.
      assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    }
  }
}

/** A process id may have been given to another program since it was written down. */
function containerdOf(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'containerd.pid'), 'utf8'), 10);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(folder, 'config.toml')) ? pid : undefined;
  } catch {
    return undefined;
  }
}

const mount = (name: string) => ({ volumeMounts: [{ name, mountPath: `/${name}` }] });

/** By the pod's number. One of each thing that a pod may leave behind: volumes of all kinds, a host port, a sandbox without a network. */
const kinds: ((n: number) => PodSpec)[] = [
  () => ({ containers: [shell(idle)] }),
  () => ({
    volumes: [
      { name: 'scratch', emptyDir: { medium: 'Memory' } },
      { name: 'config', configMap: { name: 'storm' } },
      { name: 'image', image: { reference: image } },
    ],
    initContainers: [shell('echo begun > /scratch/file', { name: 'first', ...mount('scratch') })],
    containers: [
      shell(idle, mount('scratch')),
      shell(idle, { name: 'other', ...mount('config') }),
      shell(`test -f /image/bin/busybox || exit 1; ${idle}`, { name: 'third', ...mount('image') }),
    ],
  }),
  n => ({ containers: [shell(idle, { ports: [{ containerPort: 80, hostPort: 20_000 + n }] })] }),
  () => ({ hostNetwork: true, containers: [shell(idle)] }),
];

export const stormPod = (name: string, n: number): Pod =>
  pod(name, (kinds[n % kinds.length] as (n: number) => PodSpec)(n), { app: name.split('-')[0] ?? '' });

export const stormConfig: KubeObject = object('ConfigMap', 'storm', { data: { key: 'value' } });

/** Makes pods, numbered from `first`, and deletes some until it is stopped; answers the names of those that are to stay. */
export async function comeAndGo(scene: Scene, first: number, signal: AbortSignal): Promise<string[]> {
  const alive: string[] = [];
  for (let n = first; !signal.aborted; n += 2) {
    const two = [stormPod(`goes-${n}`, n), stormPod(`goes-${n + 1}`, n + 1)];
    await scene.create(two);
    alive.push(...two.map(({ metadata }) => metadata.name ?? ''));
    await systemClock.sleep(500, signal);
    // Of six the two oldest go; later ones may be still in the making when their turn comes.
    const leaving = alive.splice(0, Math.max(0, alive.length - 6));
    if (n % 6 === 4) leaving.push(...alive.splice(-1));
    if (leaving.length > 0) await scene.kubectl('delete', 'pod', '--wait=false', ...leaving);
  }
  return alive;
}

/** Of every container of every pod, in the order in which the API had them. */
export function restartCounts(scene: Scene): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const { metadata, status } of scene.pods.everSeen())
    for (const { name, restartCount } of [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ]) {
      const key = `${metadata.name} ${metadata.uid} ${name}`;
      counts.set(key, [...(counts.get(key) ?? []), restartCount]);
    }
  return counts;
}
