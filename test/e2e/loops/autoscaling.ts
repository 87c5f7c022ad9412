/** An autoscaler over pods that are busy indeed: what they use is measured by the kernel. */
import assert from 'node:assert/strict';
import { deployments, horizontalPodAutoscalers } from '../../../client/resources.js';
import { conditionOf, object, type Part, template } from './stage.js';

/** As busy as a fifth of a processor lets it be. */
const busy = template('busy', '1', {
  command: ['sh', '-c', 'while :; do :; done'],
  resources: { requests: { cpu: '50m' }, limits: { cpu: '200m' } },
});

export const autoscaling: Part = {
  namespace: 'autoscaling',
  objects: [
    object('apps/v1', 'Deployment', 'busy', {
      spec: { replicas: 1, selector: { matchLabels: { app: 'busy' } }, template: busy },
    }),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'busy', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'busy' },
        maxReplicas: 2,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    }),
  ],

  tests({ until, ready, orrery }) {
    it('gives a busy deployment as many pods as it may have, and says that it would give more', async () => {
      const scaled = await until(
        horizontalPodAutoscalers,
        'busy',
        one => conditionOf(one, 'ScalingLimited')?.reason === 'TooManyReplicas',
        120_000,
      );
      const used = scaled.status?.currentMetrics?.[0]?.resource?.current.averageUtilization ?? 0;
      assert.ok(used > 50, `${used}% of what was asked for is used`);
      await until(deployments, 'busy', ({ spec }) => spec?.replicas === 2);
      await ready('busy', 2);
      assert.match(await orrery('describe', 'hpa', 'busy'), /\n +resource cpu on pods .*: +\d+% \(\d+m\) \/ 50%\n/);
    });
  },
};
