import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import { judgesRow, made, shown, wrong } from '../../testing/rows.js';
import type { AnyObject } from '../../types.js';
import { horizontalPodAutoscalerRow as row } from './row.js';
import { horizontalPodAutoscalerV1Row as v1 } from './v1.js';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const spec = { scaleTargetRef, maxReplicas: 5 };
const utilization = (percent: number): object => ({ type: 'Utilization', averageUtilization: percent });
const cpu = (percent: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: utilization(percent) },
});
const pods = (target: object): object => ({ type: 'Pods', pods: { metric: { name: 'requests' }, target } });
const object = {
  type: 'Object',
  object: {
    describedObject: { kind: 'Service', name: 'web' },
    metric: { name: 'hits' },
    target: { type: 'Value', value: '10' },
  },
};
const external = {
  type: 'External',
  external: {
    metric: { name: 'queue', selector: { matchLabels: { a: 'b' } } },
    target: { type: 'AverageValue', averageValue: '30' },
  },
};

judgesRow(row, {
  defaults: [
    ['CPU', { spec }, { spec: { ...spec, minReplicas: 1, metrics: [cpu(80)] }, status: { desiredReplicas: 0 } }],
    [
      'half a behavior',
      { spec: { ...spec, metrics: [cpu(50)], behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } },
      {
        spec: {
          ...spec,
          minReplicas: 1,
          metrics: [cpu(50)],
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 0,
              selectPolicy: 'Max',
              policies: [
                { type: 'Pods', value: 4, periodSeconds: 15 },
                { type: 'Percent', value: 100, periodSeconds: 15 },
              ],
            },
            scaleDown: {
              stabilizationWindowSeconds: 60,
              selectPolicy: 'Max',
              policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
            },
          },
        },
        status: { desiredReplicas: 0 },
      },
    ],
  ],
  columns: [
    ['nothing measured', { spec }, 'x | Deployment/web | cpu: <unknown>/80% | 1 | 5 | 0 | 60s'],
    [
      'more than two metrics',
      {
        spec: { ...spec, metrics: [cpu(80), external, object] },
        status: {
          currentReplicas: 2,
          currentMetrics: [
            { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 30 } } },
            { type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '1500m' } } },
          ],
        },
      },
      'x | Deployment/web | cpu: 30%/80%, 1500m/30 (avg) + 1 more... | 1 | 5 | 2 | 60s',
    ],
  ],
  validation: [
    [
      'all kinds of metrics',
      { spec: { ...spec, metrics: [cpu(1), pods({ type: 'AverageValue', averageValue: '1' }), object, external] } },
      [],
    ],
    [
      'bounds that cross',
      { spec: { ...spec, minReplicas: 3, maxReplicas: 2 } },
      ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
    ],
    [
      'nothing to scale, to nothing',
      { spec: { minReplicas: 0 } },
      [
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
        'spec.maxReplicas: Invalid value: 0: must be greater than 0',
        'spec.scaleTargetRef.kind: Required value',
        'spec.scaleTargetRef.name: Required value',
      ],
    ],
    [
      'a metric without a target',
      { spec: { ...spec, metrics: [pods({ type: 'Guess' })] } },
      [
        'spec.metrics[0].pods.target.type: Invalid value: "Guess": must be either Utilization, Value, or AverageValue',
        'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      ],
    ],
    [
      'two sources for one metric',
      { spec: { ...spec, metrics: [{ ...cpu(50), ...object, type: 'Resource' }] } },
      ['spec.metrics[0].object: Forbidden: must populate the given metric source only'],
    ],
    [
      'a source for none',
      { spec: { ...spec, metrics: [{ type: 'Pods' }, { type: 'Star' }] } },
      [
        'spec.metrics[0].pods: Required value: must populate information for the given metric source',
        'spec.metrics[1].type: Unsupported value: "Star": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ],
    ],
    [
      'a behavior out of bounds',
      {
        spec: {
          ...spec,
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: 'Any', policies: [] },
            scaleDown: { policies: [{ type: 'Cats', value: 0, periodSeconds: 1801 }] },
          },
        },
      },
      [
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
        'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"',
        'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
        'spec.behavior.scaleDown.policies[0].type: Unsupported value: "Cats": supported values: "Percent", "Pods"',
        'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
        'spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      ],
    ],
  ],
});

describe('autoscaling/v1', () => {
  const stored = async (fields: Record<string, unknown>): Promise<AnyObject> =>
    (await v1.conversion.toStorage(clone(made(v1, fields)))) as AnyObject;
  const asV1 = async (storedObject: AnyObject): Promise<AnyObject> =>
    (await v1.conversion.fromStorage([storedObject]))[0] as AnyObject;

  it('says the use of CPU in a field', async () => {
    const object = await stored({ spec: { ...spec, targetCPUUtilizationPercentage: 50 } });
    assert.equal(object.apiVersion, 'autoscaling/v2');
    assert.deepEqual(object.spec, { ...spec, minReplicas: 1, metrics: [cpu(50)] });
    assert.deepEqual((await asV1(object)).spec, { ...spec, minReplicas: 1, targetCPUUtilizationPercentage: 50 });
  });

  it('means the default where it says nothing', async () => {
    assert.deepEqual((await stored({ spec })).spec, { ...spec, minReplicas: 1, metrics: [cpu(80)] });
  });

  it('keeps all else in annotations, by the older names', async () => {
    const status = {
      desiredReplicas: 2,
      currentReplicas: 1,
      currentMetrics: [{ type: 'Pods', pods: { metric: { name: 'requests' }, current: { averageValue: '3' } } }],
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    };
    const behavior = { scaleUp: { selectPolicy: 'Min' } };
    const metrics = [cpu(50), pods({ type: 'AverageValue', averageValue: '5' }), object, external];
    const before = made(row, { spec: { ...spec, metrics, behavior }, status });
    const flat = await asV1(before);
    const { annotations = {} } = flat.metadata;
    const prefix = 'autoscaling.alpha.kubernetes.io';
    assert.deepEqual(JSON.parse(annotations[`${prefix}/metrics`] ?? ''), [
      { type: 'Pods', pods: { metricName: 'requests', targetAverageValue: '5' } },
      { type: 'Object', object: { target: { kind: 'Service', name: 'web' }, metricName: 'hits', targetValue: '10' } },
      {
        type: 'External',
        external: { metricName: 'queue', metricSelector: { matchLabels: { a: 'b' } }, targetAverageValue: '30' },
      },
    ]);
    assert.deepEqual(flat.status, { desiredReplicas: 2, currentReplicas: 1 });
    const again = (await v1.conversion.toStorage(clone(flat))) as AnyObject;
    assert.deepEqual([again.spec, again.status], [before.spec, before.status]);
    assert.deepEqual(again.metadata.annotations, {});
  });

  it('is judged and shown as what is stored', async () => {
    const bad = made(v1, { spec: { ...spec, maxReplicas: 0 } });
    assert.deepEqual(wrong(v1, bad), [
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ]);
    const good = made(v1, { spec: { ...spec, targetCPUUtilizationPercentage: 50 } });
    assert.equal(shown(v1, good), 'x | Deployment/web | cpu: <unknown>/50% | 1 | 5 | 0 | 60s');
  });

  it('is not misled by annotations that hold no JSON', async () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{' };
    const object = await stored({ metadata: { annotations }, spec: { ...spec, targetCPUUtilizationPercentage: 50 } });
    assert.deepEqual(object.spec, { ...spec, minReplicas: 1, metrics: [cpu(50)] });
  });
});
