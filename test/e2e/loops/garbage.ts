/** What is left when an owner goes: nothing, all of it, or first of all the rest. */
import assert from 'node:assert/strict';
import type { Resource } from '../../../client/client.js';
import { configMaps, deployments, nodes, pods, replicaSets } from '../../../client/resources.js';
import { eventually } from '../lab.js';
import { image } from '../node/scene.js';
import { object, type Part, workload } from './stage.js';

/** Takes two seconds to end, and says so by not ending sooner. */
const slow = {
  metadata: { labels: { app: 'slow' } },
  spec: {
    terminationGracePeriodSeconds: 2,
    containers: [{ name: 'c', image, command: ['sh', '-c', 'trap "" TERM; sleep 1000 & while :; do wait; done'] }],
  },
};
const nobody = { apiVersion: 'v1', kind: 'ConfigMap', name: 'never-was', uid: 'b8fcd7d6-0000-4000-8000-000000000000' };

export const garbage: Part = {
  namespace: 'garbage',
  objects: [
    object('apps/v1', 'Deployment', 'first', {
      spec: { replicas: 1, selector: { matchLabels: { app: 'slow' } }, template: slow },
    }),
    object('apps/v1', 'ReplicaSet', 'left', workload('left', '1', { replicas: 1 })),
    object('apps/v1', 'Deployment', 'all', workload('all', '1', { replicas: 1 })),
    {
      ...object('v1', 'ConfigMap', 'orphan'),
      metadata: { name: 'orphan', ownerReferences: [nobody] },
    },
    object('v1', 'Pod', 'nowhere', {
      spec: { nodeName: 'never-was', terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] },
    }),
  ],

  tests({ stage, ready, find, list, until, untilGone }) {
    const remove = (
      resource: Resource,
      name: string,
      propagationPolicy: 'Foreground' | 'Background' | 'Orphan',
    ): Promise<void> => stage().api.delete(resource, { namespace: 'garbage', name }, { propagationPolicy });

    it('foreground: the owner stays until its pods have ended', async () => {
      await ready('slow', 1);
      await remove(deployments, 'first', 'Foreground');
      const going = await until(deployments, 'first', ({ metadata }) => metadata.deletionTimestamp !== undefined);
      assert.deepEqual(going.metadata.finalizers, ['foregroundDeletion']);
      const order: string[] = [];
      const left = async (): Promise<number> => {
        // The owner first: what outlives it is still there when it is looked for.
        const owner = (await find(deployments, 'first')) ? 1 : 0;
        const set = (await list(replicaSets, 'app=slow')).length;
        const pod = (await list(pods, 'app=slow')).length;
        const now = `${owner}${set}${pod}`;
        if (order.at(-1) !== now) order.push(now);
        return pod + set + owner;
      };
      await eventually(left, count => count === 0, 30_000);
      for (const state of order) assert.match(state, /^(111|110|100|000)$/, order.join(' '));
    });

    it('orphan: the pods stay, and are nobody’s', async () => {
      const [before] = await ready('left', 1);
      await remove(replicaSets, 'left', 'Orphan');
      await untilGone(replicaSets, 'left');
      const [after] = await ready('left', 1);
      assert.equal(after?.metadata.uid, before?.metadata.uid);
      assert.equal(after?.metadata.ownerReferences, undefined);
    });

    it('background: the owner goes at once, and its pods after it', async () => {
      await ready('all', 1);
      await remove(deployments, 'all', 'Background');
      assert.equal(await find(deployments, 'all'), undefined);
      await ready('all', 0);
    });

    it('what is owned by something that is not there goes, as does a pod of a node that never was', async () => {
      await untilGone(configMaps, 'orphan');
      assert.equal(await find(nodes, 'never-was'), undefined);
      await untilGone(pods, 'nowhere', 90_000);
    });
  },
};
