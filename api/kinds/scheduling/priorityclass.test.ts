import { judgesRow } from '../../testing/rows.js';
import { priorityClassRow } from './priorityclass.js';

judgesRow(priorityClassRow, {
  defaults: [['nothing', {}, { value: 0, preemptionPolicy: 'PreemptLowerPriority' }]],
  columns: [
    ['a class', { value: 7, globalDefault: true }, 'x | 7 | true | 60s | PreemptLowerPriority'],
    ['a patient one', { value: 7, preemptionPolicy: 'Never' }, 'x | 7 | false | 60s | Never'],
  ],
  validation: [
    ['the highest of a user', { value: 1_000_000_000 }, []],
    [
      'a higher one',
      { value: 1_000_000_001 },
      ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    ],
    ["one of the system's", { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 }, []],
    [
      'a number of its own under a name of the system',
      { metadata: { name: 'system-node-critical' }, value: 5 },
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
      ],
    ],
    [
      'a name that sounds like the system',
      { metadata: { name: 'system-mine' } },
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
      ],
    ],
    [
      'a policy that there is not',
      { preemptionPolicy: 'Always' },
      ['preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"'],
    ],
  ],
  updates: [
    ['of the description', { value: 1, description: 'new' }, { value: 1 }, []],
    ['of the value', { value: 2 }, { value: 1 }, ['value: Forbidden: may not be changed in an update.']],
    [
      'of the policy',
      { preemptionPolicy: 'Never' },
      {},
      ['preemptionPolicy: Invalid value: "Never": field is immutable'],
    ],
  ],
});
