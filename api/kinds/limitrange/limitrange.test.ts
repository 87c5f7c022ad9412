import { judgesRow } from '../../testing/rows.js';
import { limitRangeRow } from './row.js';

const limits = (fields: object, type = 'Container'): { spec: object } => ({ spec: { limits: [{ type, ...fields }] } });

judgesRow(limitRangeRow, {
  defaults: [
    [
      'containers',
      limits({ max: { cpu: '2' }, min: { memory: '1Mi' } }),
      limits({
        max: { cpu: '2' },
        min: { memory: '1Mi' },
        default: { cpu: '2' },
        defaultRequest: { cpu: '2', memory: '1Mi' },
      }),
    ],
    ['pods, of which there are none', limits({ max: { cpu: '2' } }, 'Pod'), limits({ max: { cpu: '2' } }, 'Pod')],
  ],
  columns: [['when it came to be', {}, 'x | 2026-01-01T00:00:00Z']],
  validation: [
    ['room', limits({ min: { cpu: '1' }, defaultRequest: { cpu: '1' }, default: { cpu: '2' }, max: { cpu: '4' } }), []],
    [
      'bounds that cross',
      limits({ min: { cpu: '3' }, max: { cpu: '2' } }, 'Pod'),
      ['spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2'],
    ],
    [
      'a default above the maximum',
      limits({ default: { cpu: '3' }, max: { cpu: '2' } }),
      [
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "3": default request value 3 is greater than max value 2',
        'spec.limits[0].default[cpu]: Invalid value: "3": default value 3 is greater than max value 2',
      ],
    ],
    [
      'defaults for pods',
      limits({ default: { cpu: '3' } }, 'Pod'),
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      'a ratio that cannot be reached',
      limits({ min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3', memory: '500m' } }, 'Pod'),
      [
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
        'spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: "500m": ratio 500m is less than 1',
      ],
    ],
    [
      'claims of any size',
      limits({}, 'PersistentVolumeClaim'),
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'words that say nothing',
      limits({ max: { pods: '1', magic: '1' } }, 'Pod'),
      [
        'spec.limits[0].max[pods]: Invalid value: "pods": must be a standard resource for containers',
        'spec.limits[0].max[magic]: Invalid value: "magic": must be a standard resource type or fully qualified',
        'spec.limits[0].max[magic]: Invalid value: "magic": must be a standard resource for containers',
      ],
    ],
    [
      'the same type twice, or a type that is none',
      { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }, { type: 'Cat' }] } },
      [
        'spec.limits[1].type: Duplicate value: "Pod"',
        'spec.limits[2].type: Invalid value: "Cat": must be a standard limit type or fully qualified',
      ],
    ],
  ],
});
