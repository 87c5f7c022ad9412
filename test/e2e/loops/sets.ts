/** Sets whose pods are renewed one by one: on a node, and from the highest number down to a partition. */
import assert from 'node:assert/strict';
import { daemonSets, pods, statefulSets } from '../../../client/resources.js';
import { isReady } from '../node/scene.js';
import { object, type Part, toVersion, versionOfPod, workload } from './stage.js';

export const sets: Part = {
  namespace: 'sets',
  objects: [
    object('apps/v1', 'DaemonSet', 'agent', workload('agent', '1')),
    object(
      'apps/v1',
      'StatefulSet',
      'db',
      workload('db', '1', {
        replicas: 2,
        serviceName: 'db',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      }),
    ),
  ],

  tests({ stage, ready, until, orrery }) {
    const namespace = 'sets';

    it('a daemon set renews its pod on the node, and takes the change back', async () => {
      const [first] = await ready('agent', 1);
      await stage().api.patch(daemonSets, { namespace, name: 'agent' }, 'strategic', toVersion('2'));
      await orrery('rollout', 'status', 'daemonset/agent', '--timeout=60s');
      const [second] = await ready('agent', 1);
      assert.deepEqual([second && versionOfPod(second), second?.spec?.nodeName], ['2', 'lab']);
      assert.notEqual(second?.metadata.uid, first?.metadata.uid);
      await orrery('rollout', 'undo', 'daemonset/agent');
      await orrery('rollout', 'status', 'daemonset/agent', '--timeout=60s');
      assert.deepEqual((await ready('agent', 1)).map(versionOfPod), ['1']);
    });

    it('a stateful set leaves what is below its partition as it was, until the partition is lowered', async () => {
      await ready('db', 2);
      const change = (patch: object): Promise<unknown> =>
        stage().api.patch(statefulSets, { namespace, name: 'db' }, 'strategic', patch);
      await change(toVersion('2'));
      const runs = (name: string, version: string) =>
        until(pods, name, pod => isReady(pod) && versionOfPod(pod) === version);
      await runs('db-1', '2');
      await until(statefulSets, 'db', ({ status }) => status?.updatedReplicas === 1 && status.readyReplicas === 2);
      await runs('db-0', '1');
      await change({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
      await runs('db-0', '2');
      const { status } = await until(
        statefulSets,
        'db',
        ({ status }) => status?.currentRevision === status?.updateRevision,
      );
      assert.equal(status?.currentReplicas, 2);
    });
  },
};
