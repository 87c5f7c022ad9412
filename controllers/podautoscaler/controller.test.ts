import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { HorizontalPodAutoscaler, Scale } from '../../api/types.js';
import { horizontalPodAutoscalers, pods } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, noon, pod } from '../testing/objects.js';
import { podAutoscaler } from './controller.js';

const name = { namespace: 'default', name: 'web' };
const scales = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true, verbs: [] };
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };

/** A deployment of two pods, of which each uses so many thousandths of its core; undefined: nothing is known. */
async function scene(usage: number | undefined, more: object = {}) {
  const cluster = new Cluster();
  cluster.now = noon;
  cluster.put(
    scales as never,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: name, spec: { replicas: 2 } } as never,
  );
  for (const one of ['a', 'b']) {
    const made = pod(one);
    const containers = [{ name: 'c', resources: { requests: { cpu: '1' } } }];
    cluster.put(pods, {
      ...made,
      spec: { containers },
      status: { ...made.status, startTime: ago(7200) },
    } as never);
  }
  const autoscaler: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...name, uid: 'uid-of-hpa', generation: 1 },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [cpu],
      ...more,
    },
  };
  cluster.put(horizontalPodAutoscalers, autoscaler);
  const size = (): number => (cluster.find(scales, name) as Scale | undefined)?.spec?.replicas ?? 0;
  const raw = async (path: string) => {
    const answer = (body: unknown) => ({ contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) });
    if (path.endsWith('/deployments/web/scale')) {
      const { metadata } = cluster.find(scales, name) as Scale;
      return answer({ metadata, spec: { replicas: size() }, status: { replicas: size(), selector: 'app=web' } });
    }
    assert.equal(path, '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb');
    if (usage === undefined) throw statusError('NotFound', 'the server could not find the requested resource');
    const of = (pod: string) => ({
      metadata: { name: pod },
      timestamp: ago(0),
      window: '15s',
      containers: [{ name: 'c', usage: { cpu: `${usage}m` } }],
    });
    return answer({ items: [of('a'), of('b')] });
  };
  cluster.start(podAutoscaler({ raw }, [scales]));
  await cluster.settle();
  const { status } = cluster.find(horizontalPodAutoscalers, name) as HorizontalPodAutoscaler;
  const conditions = Object.fromEntries((status?.conditions ?? []).map(({ type, reason }) => [type, reason]));
  return { cluster, status, conditions, size };
}

describe('the pod autoscaler', () => {
  it('adds pods where they are needed, and says so', async () => {
    const { cluster, status, conditions, size } = await scene(750);
    assert.equal(size(), 3);
    assert.deepEqual([status?.currentReplicas, status?.desiredReplicas], [2, 3]);
    assert.deepEqual(conditions, {
      AbleToScale: 'SucceededRescale',
      ScalingActive: 'ValidMetricFound',
      ScalingLimited: 'DesiredWithinRange',
    });
    assert.deepEqual(status?.currentMetrics?.[0]?.resource?.current, { averageUtilization: 75, averageValue: '750m' });
    assert.ok(
      cluster.events.includes(
        'Normal SuccessfulRescale New size: 3; reason: cpu resource utilization (percentage of request) above target',
      ),
    );
    assert.equal(cluster.nextDue, 15_000);
  });

  it('lets it be where it is right', async () => {
    const { size, conditions } = await scene(500);
    assert.equal(size(), 2);
    assert.equal(conditions.AbleToScale, 'ReadyForNewScale');
  });

  it('keeps within its bounds without asking', async () => {
    const { cluster, size } = await scene(undefined, { minReplicas: 4 });
    assert.equal(size(), 4);
    assert.match(cluster.events.join(), /New size: 4; reason: Current number of replicas below Spec\.MinReplicas/);
  });

  it('says what it does not know', async () => {
    const { cluster, size, conditions } = await scene(undefined);
    assert.equal(size(), 2);
    assert.equal(conditions.ScalingActive, 'FailedGetResourceMetric');
    const said = cluster.events.join('\n');
    assert.match(
      said,
      /FailedGetResourceMetric failed to get cpu utilization: unable to get metrics for resource cpu: /,
    );
    assert.match(
      said,
      /FailedComputeMetricsReplicas invalid metrics \(1 invalid out of 1\), first error is: failed to get/,
    );
  });

  it('says when there is nothing to scale', async () => {
    const { conditions, cluster } = await scene(500, {
      scaleTargetRef: { apiVersion: 'x/v1', kind: 'Fleet', name: 'f' },
    });
    assert.equal(conditions.AbleToScale, 'FailedGetScale');
    assert.match(cluster.events.join(), /Warning FailedGetScale no matches for kind "Fleet" in group "x"/);
  });
});
