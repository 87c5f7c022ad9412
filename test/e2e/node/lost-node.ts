/** A node that nobody hears of: written by hand, as there is but one machine; its pods move on to the one that lives. */
import assert from 'node:assert/strict';
import { idle, isReady, object, type Part, pod, shell } from './scene.js';

const ghost = 'ghost';
const longAgo = '2020-01-01T00:00:00Z';
/** It leaves a silent node after a second, not after five minutes. */
const tolerations = ['not-ready', 'unreachable'].map(state => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 1,
}));
const spec = { terminationGracePeriodSeconds: 1, tolerations, containers: [shell(idle)] };
const labels = { app: 'moves' };

const node = {
  ...object('Node', ghost, { spec: { unschedulable: true } }),
  metadata: { name: ghost },
  status: {
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: longAgo, lastTransitionTime: longAgo }],
  },
};
const lease = {
  ...object('Lease', ghost, {}, 'coordination.k8s.io/v1'),
  metadata: { name: ghost, namespace: 'kube-node-lease' },
  spec: { holderIdentity: ghost, leaseDurationSeconds: 40, renewTime: '2020-01-01T00:00:00.000000Z' },
};

export const lostNode: Part = {
  objects: [
    node,
    lease,
    pod('moves-away', { ...spec, nodeName: ghost }, labels),
    object('ReplicationController', 'moves', {
      spec: { replicas: 2, selector: labels, template: { metadata: { labels }, spec } },
    }),
  ],

  tests(scene) {
    it('the pods of a node that is lost are replaced on another one', async () => {
      const { pods, kubectl } = scene();
      const adopted = await pods.until(
        'moves-away',
        'adopted',
        one => one.metadata.ownerReferences?.[0]?.name === 'moves',
      );
      assert.equal(adopted.metadata.deletionTimestamp, undefined);
      await pods.until('moves-away', 'told to go', one => one.metadata.deletionTimestamp !== undefined, 90_000);
      await pods.all('two ready pods', all => {
        const moved = all.filter(one => one.metadata.labels?.app === 'moves' && one.spec?.nodeName === 'lab');
        return moved.length === 2 && moved.every(isReady);
      });
      const told = await kubectl(
        'get',
        'node',
        ghost,
        '-o',
        'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.spec.taints[*].key}',
      );
      assert.match(told, /^Unknown /);
      assert.match(told, /node\.kubernetes\.io\/unreachable/);
    });
  },
};
