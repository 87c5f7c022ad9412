/** Each says of the cluster what must never be otherwise, whatever has happened. */
import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.js';
import {
  configMaps,
  jobs,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '../../client/resources.js';
import { isActive } from '../../controllers/pod-state.js';
import { jobOf, placeOf } from './kubelets.js';
import { mostReplicas } from './steps.js';
import type { World } from './world.js';

const graceMs = 40_000;
const toleratedMs = 300_000;

const labelled = (all: readonly Pod[], app: string): Pod[] =>
  all.filter(({ metadata }) => metadata.namespace === 'default' && metadata.labels?.app === app);
const repeated = (list: readonly unknown[]): number => list.length - new Set(list).size;

export const invariants: Record<string, (world: World) => Promise<void> | void> = {
  'of the processes that run one leads, at the most': world => {
    assert.ok(world.managers.filter(({ leads, frozen }) => leads && !frozen).length <= 1);
  },

  'a deployment never has more pods than its surge allows': async world => {
    // What it was when it was larger may still be there.
    const active = labelled(await world.all(pods), 'web').filter(isActive);
    assert.ok(active.length <= mostReplicas + 1 + world.faults.surplus, `${active.length} pods`);
  },

  'a node has one daemon': async world => {
    const places = labelled(await world.all(pods), 'agent')
      .filter(isActive)
      .map(placeOf);
    assert.ok(repeated(places) <= world.faults.surplus, places.join());
  },

  'an index is worked on once': async world => {
    const active = labelled(await world.all(pods), 'work').filter(isActive);
    const indexes = active.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
    assert.ok(repeated(indexes) <= world.faults.surplus, indexes.join());
  },

  'no more of a job is counted than was done': async world => {
    for (const { metadata, status } of await world.all(jobs)) {
      const done = world.kubelets.done.get(metadata.name ?? '') ?? 0;
      assert.ok((status?.succeeded ?? 0) <= done, `${metadata.name}: ${status?.succeeded} of ${done}`);
    }
  },

  'jobs that must not meet do not': async world => {
    const running = (await world.all(jobs)).filter(
      ({ metadata, status }) =>
        metadata.ownerReferences?.[0]?.kind === 'CronJob' &&
        !metadata.deletionTimestamp &&
        !status?.conditions?.some(({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True'),
    );
    assert.ok(running.length <= 1 + world.faults.surplus, running.map(({ metadata }) => metadata.name).join());
  },

  'a volume is promised to one claim, and a claim has one volume': async world => {
    const claims = await world.all(persistentVolumeClaims);
    const volumes = await world.all(persistentVolumes);
    const taken = claims.flatMap(({ spec }) => spec?.volumeName ?? []);
    assert.equal(repeated(taken), 0, taken.join());
    for (const { metadata, spec } of claims) {
      const volume = volumes.find(({ metadata: { name } }) => name === spec?.volumeName);
      if (volume) assert.equal(volume.spec?.claimRef?.uid, metadata.uid, `${metadata.name} has another's volume`);
    }
  },

  'no two nodes have the same range': async world => {
    const ranges = (await world.all(nodes)).flatMap(({ spec }) => spec?.podCIDR ?? []);
    assert.equal(repeated(ranges), 0, ranges.join());
  },

  'pods leave a node only when it has been silent for longer than they tolerate': async world => {
    for (const { metadata, spec, status } of await world.all(pods)) {
      const evicted = status?.conditions?.some(({ reason }) => reason === 'DeletionByTaintManager');
      if (!evicted || !metadata.deletionTimestamp) continue;
      const silentFor =
        Date.parse(metadata.deletionTimestamp as never) - (world.kubelets.heard.get(spec?.nodeName ?? '') ?? 0);
      const grace = (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
      assert.ok(silentFor - grace >= graceMs + toleratedMs - 1_000, `${metadata.name} after ${silentFor} ms`);
    }
  },

  'a namespace that is gone has left nothing': async world => {
    const there = new Set((await world.all(namespaces)).map(({ metadata }) => metadata.name));
    for (const object of [...(await world.all(configMaps)), ...(await world.all(pods)), ...(await world.all(jobs))]) {
      assert.ok(there.has(object.metadata.namespace), `${object.metadata.namespace}/${object.metadata.name}`);
    }
  },

  'a pod of a job is not forgotten before it is counted': async world => {
    const finished = (await world.all(pods)).filter(pod => jobOf(pod) === 'work' && pod.status?.phase === 'Succeeded');
    const [work] = (await world.all(jobs)).filter(({ metadata }) => metadata.name === 'work');
    const waiting = finished.filter(({ metadata }) =>
      metadata.finalizers?.includes('batch.kubernetes.io/job-tracking'),
    );
    const known = (work?.status?.succeeded ?? 0) + waiting.length;
    const counting = work?.status?.uncountedTerminatedPods?.succeeded?.length ?? 0;
    assert.ok(
      known + counting >= Math.min(5, new Set(finished.map(indexOf)).size),
      `${known} known, ${counting} underway`,
    );
  },
};

const indexOf = ({ metadata }: Pod): string | undefined =>
  metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
