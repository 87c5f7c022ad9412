/** What the cluster is like once nothing has gone wrong for long: all is as it was asked for. */
import assert from 'node:assert/strict';
import type { DaemonSet, Deployment, KubeObject, Pod, StatefulSet } from '../../api/types.js';
import {
  configMaps,
  controllerRevisions,
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  horizontalPodAutoscalers,
  jobs,
  namespaces,
  nodes,
  persistentVolumeClaims,
  podDisruptionBudgets,
  pods,
  replicaSets,
  resourceQuotas,
  serviceAccounts,
  statefulSets,
} from '../../client/resources.js';
import { isActive, isReady } from '../../controllers/pod-state.js';
import type { World } from './world.js';

const inDefault = <T extends KubeObject>(all: readonly T[]): T[] =>
  all.filter(({ metadata }) => metadata.namespace === 'default');
const named = <T extends KubeObject>(all: readonly T[], name: string): T | undefined =>
  inDefault(all).find(({ metadata }) => metadata.name === name);
const ready = (all: readonly Pod[], app: string): Pod[] =>
  inDefault(all).filter(pod => pod.metadata.labels?.app === app && isActive(pod) && isReady(pod));
const imageOf = (of: Deployment | StatefulSet | DaemonSet | undefined) => of?.spec?.template.spec?.containers[0]?.image;

export const atRest: Record<string, (world: World) => Promise<void>> = {
  'every set has the pods that it asks for': async world => {
    const all = await world.all(pods);
    const check = (set: Deployment | StatefulSet | DaemonSet | undefined, app: string, count: number | undefined) => {
      const images = ready(all, app).map(({ spec }) => spec?.containers[0]?.image);
      assert.deepEqual(
        images,
        Array.from({ length: count ?? 0 }, () => imageOf(set)),
        app,
      );
    };
    const web = named(await world.all(deployments), 'web');
    const db = named(await world.all(statefulSets), 'db');
    check(web, 'web', web?.spec?.replicas);
    check(db, 'db', db?.spec?.replicas);
    check(named(await world.all(daemonSets), 'agent'), 'agent', (await world.all(nodes)).length);
  },

  'the job is done, and counted exactly': async world => {
    const { status } = named(await world.all(jobs), 'work') ?? {};
    assert.ok(status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True'));
    assert.deepEqual([status?.succeeded, status?.completedIndexes], [5, '0-4']);
  },

  'the cron job runs, and keeps no more than its history': async world => {
    const tick = named(await world.all(cronJobs), 'tick');
    const last = Date.parse((tick?.status?.lastScheduleTime as never) ?? '');
    // A job takes three of the kubelets' turns, and the next one waits for it.
    assert.ok(world.clock.now() - last <= 180_000, `last at ${tick?.status?.lastScheduleTime}`);
    const kept = (await world.all(jobs)).filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'tick');
    assert.ok(kept.length <= 2 + 1, `${kept.length} jobs`);
  },

  'there are as many pods as the load asks for': async world => {
    const { load } = world.kubelets;
    const now = ready(await world.all(pods), 'api').length;
    const share = load / now / 100;
    assert.ok(Math.abs(share - 1) <= 0.1 || now === Math.min(6, Math.ceil(load / 100)), `${now} pods for ${load}`);
    const scaler = named(await world.all(horizontalPodAutoscalers), 'api');
    assert.equal(scaler?.status?.currentReplicas, now);
  },

  'claims have volumes': async world => {
    for (const { metadata, status } of await world.all(persistentVolumeClaims)) {
      assert.equal(status?.phase, 'Bound', metadata.name);
    }
  },

  'the service leads to the ready pods': async world => {
    const slices = (await world.all(endpointSlices)).filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web',
    );
    const addresses = slices.flatMap(({ endpoints = [] }) => endpoints.flatMap(endpoint => endpoint.addresses));
    const wanted = ready(await world.all(pods), 'web').map(({ status }) => status?.podIP ?? '');
    assert.deepEqual(addresses.sort(), wanted.sort());
  },

  'the budget knows its pods': async world => {
    const { status } = named(await world.all(podDisruptionBudgets), 'web') ?? {};
    const wanted = named(await world.all(deployments), 'web')?.spec?.replicas ?? 0;
    assert.deepEqual([status?.currentHealthy, status?.disruptionsAllowed], [wanted, Math.min(1, wanted)]);
  },

  'the quota is counted': async world => {
    const { status } = named(await world.all(resourceQuotas), 'most') ?? {};
    const alive = inDefault(await world.all(pods)).filter(
      pod => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''),
    );
    assert.equal(status?.used?.pods, String(alive.length));
    assert.equal(status?.used?.['count/jobs.batch'], String(inDefault(await world.all(jobs)).length));
  },

  'nothing outlives its owners': async world => {
    const kinds = [pods, replicaSets, jobs, configMaps, controllerRevisions, endpointSlices];
    const lists = await Promise.all(kinds.map(kind => world.all<KubeObject>(kind)));
    const owners = [
      ...(
        await Promise.all([deployments, statefulSets, daemonSets, cronJobs].map(kind => world.all<KubeObject>(kind)))
      ).flat(),
      ...lists.flat(),
    ].map(({ metadata }) => metadata.uid);
    for (const { metadata } of lists.flat()) {
      const orphaned = (metadata.ownerReferences ?? []).filter(
        ({ kind, uid }) => !['Service', 'Node'].includes(kind) && !owners.includes(uid),
      );
      assert.deepEqual(orphaned, [], `${metadata.namespace}/${metadata.name}`);
    }
  },

  'namespaces are whole or gone': async world => {
    const accounts = (await world.all(serviceAccounts)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const roots = (await world.all(configMaps)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    for (const { metadata, status } of await world.all(namespaces)) {
      assert.equal(status?.phase, 'Active', metadata.name);
      assert.ok(accounts.includes(`${metadata.name}/default`), `${metadata.name} has no account`);
      assert.ok(roots.includes(`${metadata.name}/kube-root-ca.crt`), `${metadata.name} has no root certificate`);
    }
  },

  'nodes are well': async world => {
    for (const { metadata, spec } of await world.all(nodes)) {
      assert.deepEqual(spec?.taints ?? [], [], metadata.name);
      assert.match(spec?.podCIDR ?? '', /^10\.244\.\d+\.0\/24$/);
    }
  },
};
