import { judgesRow } from '../testing/rows.js';
import { runtimeClassRow } from './runtimeclass.js';

const forever = { key: 'gpu', operator: 'Exists', effect: 'NoExecute' };

judgesRow(runtimeClassRow, {
  columns: [['a class', { handler: 'kata' }, 'x | kata | 60s']],
  validation: [
    [
      'all there is',
      {
        handler: 'kata',
        overhead: { podFixed: { memory: '120Mi', cpu: '250m' } },
        scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [forever] },
      },
      [],
    ],
    [
      'no handler',
      {},
      [
        "handler: Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [
      'less than nothing',
      { handler: 'kata', overhead: { podFixed: { cpu: '-1' } } },
      ['overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'a toleration twice',
      { handler: 'kata', scheduling: { tolerations: [forever, { ...forever, tolerationSeconds: 5 }] } },
      [
        'scheduling.tolerations[1]: Duplicate value: {"key":"gpu","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}',
      ],
    ],
  ],
  updates: [
    ['of the handler', { handler: 'a' }, { handler: 'b' }, ['handler: Invalid value: "a": field is immutable']],
  ],
});
