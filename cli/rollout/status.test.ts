import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { rolloutStatus } from './status.js';

const workload = (kind: string, spec: object, status: object, generation = 3): AnyObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'x', generation, annotations: { 'deployment.kubernetes.io/revision': '2' } },
  spec,
  status: { observedGeneration: 3, ...status },
});
const deployment = (status: object, generation?: number): AnyObject =>
  workload('Deployment', { replicas: 3 }, status, generation);
const rolling = { updateStrategy: { type: 'RollingUpdate' } };
const daemonSet = (status: object, generation?: number): AnyObject =>
  workload('DaemonSet', rolling, { desiredNumberScheduled: 3, ...status }, generation);
const statefulSet = (rollingUpdate: object | undefined, status: object, generation?: number): AnyObject =>
  workload(
    'StatefulSet',
    { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
    status,
    generation,
  );

const waits: [object: AnyObject, said: RegExp][] = [
  [deployment({}, 4), /^Waiting for deployment spec update to be observed\.\.\.$/],
  [deployment({ replicas: 3 }), / 0 out of 3 new replicas have been updated\.\.\.$/],
  [deployment({ replicas: 4, updatedReplicas: 3 }), / 1 old replicas are pending termination\.\.\.$/],
  [
    deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 1 }),
    / 1 of 3 updated replicas are available\.\.\.$/,
  ],
  [daemonSet({}, 4), /^Waiting for daemon set spec update to be observed\.\.\.$/],
  [daemonSet({ updatedNumberScheduled: 1 }), / 1 out of 3 new pods have been updated\.\.\.$/],
  [daemonSet({ updatedNumberScheduled: 3, numberAvailable: 2 }), / 2 of 3 updated pods are available\.\.\.$/],
  [statefulSet({}, {}, 4), /^Waiting for statefulset spec update to be observed\.\.\.$/],
  [statefulSet({}, { observedGeneration: 0 }, 0), /to be observed/],
  [statefulSet({}, { readyReplicas: 1 }), /^Waiting for 2 pods to be ready\.\.\.$/],
  [statefulSet({ partition: 1 }, { readyReplicas: 3, updatedReplicas: 1 }), / 1 out of 2 new pods have been updated/],
  [
    statefulSet(undefined, { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' }),
    /^waiting for statefulset rolling update to complete 1 pods at revision b\.\.\.$/,
  ],
];
const done: [object: AnyObject, said: RegExp][] = [
  [deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }), /^deployment "x" successfully rolled out$/],
  [daemonSet({ updatedNumberScheduled: 3, numberAvailable: 3 }), /^daemon set "x" successfully rolled out$/],
  [
    statefulSet({ partition: 2 }, { readyReplicas: 3, updatedReplicas: 1 }),
    /^partitioned roll out complete: 1 new pods/,
  ],
  [
    statefulSet(undefined, { readyReplicas: 3, currentReplicas: 3, currentRevision: 'b', updateRevision: 'b' }),
    /^statefulset rolling update complete 3 pods at revision b\.\.\.$/,
  ],
];
const exceeded = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };
const failures: [object: AnyObject, revision: number, said: RegExp][] = [
  [deployment(exceeded), 0, /deployment "x" exceeded its progress deadline/],
  [deployment({}), 3, /desired revision \(3\) is different from the running revision \(2\)/],
  [workload('DaemonSet', { updateStrategy: { type: 'OnDelete' } }, {}), 0, /only available for RollingUpdate/],
  [workload('StatefulSet', { updateStrategy: { type: 'OnDelete' } }, {}), 0, /only available for RollingUpdate/],
  [workload('ReplicaSet', {}, {}), 0, /no status viewer has been implemented for ReplicaSet\.apps/],
];

describe('how far a rollout has come', () => {
  for (const [object, said] of waits)
    it(`waits: ${said.source}`, () => {
      const status = rolloutStatus(object, 0);
      assert.equal(status.done, false);
      assert.match(status.said, said);
    });
  for (const [object, said] of done)
    it(`is done: ${said.source}`, () => {
      const status = rolloutStatus(object, 0);
      assert.equal(status.done, true);
      assert.match(status.said, said);
    });
  for (const [object, revision, said] of failures)
    it(`fails: ${said.source}`, () => assert.throws(() => rolloutStatus(object, revision), said));
  it('is told of the revision that was asked for', () =>
    assert.equal(rolloutStatus(deployment({ updatedReplicas: 3, replicas: 3, availableReplicas: 3 }), 2).done, true));
});
