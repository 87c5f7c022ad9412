import { judgesRow } from '../../testing/rows.js';
import { resourceQuotaRow } from './row.js';

const hard = (amounts: Record<string, string>, others: object = {}): { spec: object } => ({
  spec: { hard: amounts, ...others },
});
const selecting = (...matchExpressions: object[]): object => ({ scopeSelector: { matchExpressions } });

judgesRow(resourceQuotaRow, {
  defaults: [['nothing', {}, { spec: {}, status: {} }]],
  columns: [
    [
      'limits apart',
      {
        status: {
          hard: { pods: '10', 'limits.cpu': '2', 'requests.cpu': '1' },
          used: { pods: '1', 'limits.cpu': '1500m' },
        },
      },
      'x | pods: 1/10, requests.cpu: 0/1 | limits.cpu: 1500m/2 | 60s',
    ],
  ],
  validation: [
    [
      'all that can be counted',
      hard({
        pods: '1',
        'requests.cpu': '500m',
        'count/deployments.apps': '2',
        'services.nodeports': '0',
        'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
        'requests.example.com/gpu': '1',
      }),
      [],
    ],
    [
      'other things',
      hard({ magic: '1', storage: '1', pods: '500m', memory: '-1' }),
      [
        'spec.hard[magic]: Invalid value: "magic": must be a standard resource type or fully qualified',
        'spec.hard[magic]: Invalid value: "magic": must be a standard resource for quota',
        'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
        'spec.hard[pods]: Invalid value: "500m": must be an integer',
        'spec.hard[memory]: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
    ['pods without promises', hard({ pods: '1' }, { scopes: ['BestEffort', 'NotTerminating'] }), []],
    [
      'promises of pods without promises',
      hard({ cpu: '1' }, { scopes: ['BestEffort'] }),
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      'scopes that exclude each other',
      hard({}, { scopes: ['BestEffort', 'NotBestEffort'] }),
      ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
    ],
    ['an unknown scope', hard({}, { scopes: ['Cheap'] }), ['spec.scopes: Invalid value: ["Cheap"]: unsupported scope']],
    [
      'pods of a priority',
      hard({ pods: '1' }, selecting({ scopeName: 'PriorityClass', operator: 'In', values: ['high'] })),
      [],
    ],
    [
      'half a requirement',
      hard(
        { pods: '1' },
        selecting(
          { scopeName: 'PriorityClass', operator: 'In' },
          { scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] },
          { scopeName: 'PriorityClass', operator: 'Is' },
        ),
      ),
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        'spec.scopeSelector.matchExpressions.operator: Invalid value: "Is": not a valid selector operator',
      ],
    ],
  ],
  updates: [
    ['of its amounts', hard({ pods: '2' }), hard({ pods: '1' }), []],
    [
      'of its scopes',
      hard({}, { scopes: ['Terminating'] }),
      hard({}),
      ['spec.scopes: Invalid value: ["Terminating"]: field is immutable'],
    ],
  ],
});
