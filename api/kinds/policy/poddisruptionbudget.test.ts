import { judgesRow } from '../../testing/rows.js';
import { podDisruptionBudgetRow } from './poddisruptionbudget.js';

const selector = { matchLabels: { app: 'web' } };
const status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

judgesRow(podDisruptionBudgetRow, {
  defaults: [['nothing counted yet', { spec: { selector } }, { spec: { selector }, status }]],
  columns: [
    [
      'of a share',
      { spec: { minAvailable: '50%' }, status: { ...status, disruptionsAllowed: 2 } },
      'x | 50% | N/A | 2 | 60s',
    ],
    ['of a number', { spec: { maxUnavailable: 0 } }, 'x | N/A | 0 | 0 | 60s'],
  ],
  validation: [
    ['a share', { spec: { selector, minAvailable: '50%' } }, []],
    [
      'two bounds',
      { spec: { minAvailable: 1, maxUnavailable: 1 } },
      ['spec: Invalid value: minAvailable and maxUnavailable cannot be both set'],
    ],
    [
      'more than all',
      { spec: { maxUnavailable: '101%' } },
      ['spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      'less than none',
      { spec: { minAvailable: -1 } },
      ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'another policy',
      { spec: { unhealthyPodEvictionPolicy: 'Maybe' } },
      [
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Maybe": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ],
});
