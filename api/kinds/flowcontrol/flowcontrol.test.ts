import assert from 'node:assert/strict';
import { judgesRow, made, messages } from '../../testing/rows.js';
import { flowSchemaRow } from './flowschema.js';
import { mandatoryLevels, mandatorySchemas, suggestedLevels, suggestedSchemas } from './objects.js';
import { priorityLevelConfigurationRow } from './prioritylevel.js';

const limited = (fields: object) => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...fields } },
});
const queuing = (fields: object) => limited({ limitResponse: { type: 'Queue', queuing: fields } });
const where = 'spec.limited.limitResponse.queuing';

judgesRow(priorityLevelConfigurationRow, {
  defaults: [
    [
      'queues',
      queuing({}),
      {
        spec: {
          type: 'Limited',
          limited: {
            nominalConcurrencyShares: 30,
            lendablePercent: 0,
            limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
          },
        },
        status: {},
      },
    ],
  ],
  columns: [
    ['one with queues', queuing({}), 'x | Limited | 30 | 64 | 8 | 50 | 60s'],
    ['one without', limited({}), 'x | Limited | 30 | <none> | <none> | <none> | 60s'],
  ],
  validation: [
    ['queues', queuing({}), []],
    [
      'no limits',
      { spec: { type: 'Exempt' } },
      ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
    ],
    [
      'limits that it does not say',
      { spec: { type: 'Limited' } },
      ['spec.limited: Required value: must not be empty when type is Limited'],
    ],
    [
      'shares below nothing',
      limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }),
      [
        'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
        'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
        'spec.limited.borrowingLimitPercent: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      'a larger hand than there are queues',
      queuing({ queues: 4 }),
      [`${where}.handSize: Invalid value: 8: should not be greater than queues (4)`],
    ],
    [
      'more hands than a hash can deal',
      queuing({ queues: 512, handSize: 8 }),
      [
        `${where}.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60`,
      ],
    ],
    [
      'fewer than no queues',
      queuing({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
      ['queueLengthLimit', 'queues', 'handSize'].map(field => `${where}.${field}: Invalid value: -1: must be positive`),
    ],
    [
      'another answer',
      limited({ limitResponse: { type: 'Wait' } }),
      ['spec.limited.limitResponse.type: Unsupported value: "Wait": supported values: "Queue", "Reject"'],
    ],
  ],
});

const subjects = [{ kind: 'Group', group: { name: 'a' } }];
const resourceRules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }];
const schema = (rule: object, fields: object = {}) => ({
  spec: { priorityLevelConfiguration: { name: 'system' }, rules: [{ subjects, resourceRules, ...rule }], ...fields },
});
const first = 'spec.rules[0]';

judgesRow(flowSchemaRow, {
  columns: [
    ['a schema', schema({}), 'x | system | 1000 | <none> | 60s | ?'],
    [
      'one that leads nowhere',
      {
        ...schema({}, { matchingPrecedence: 7, distinguisherMethod: { type: 'ByUser' } }),
        status: { conditions: [{ type: 'Dangling', status: 'True' }] },
      },
      'x | system | 7 | ByUser | 60s | True',
    ],
  ],
  validation: [
    ['a rule', schema({}), []],
    [
      'the first place',
      schema({}, { matchingPrecedence: 1 }),
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      'a place behind the last, and no level',
      schema({}, { matchingPrecedence: 10_001, priorityLevelConfiguration: { name: '' } }),
      [
        'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
        'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      ],
    ],
    [
      'nobody, and nothing',
      schema({ subjects: [], resourceRules: [] }),
      [
        `${first}.subjects: Required value: subjects must contain at least one value`,
        `${first}: Required value: at least one of resourceRules and nonResourceRules has to be non-empty`,
      ],
    ],
    [
      'subjects that are two, half, or none',
      schema({
        subjects: [
          { kind: 'User', user: { name: 'a' }, group: { name: 'b' } },
          { kind: 'ServiceAccount', serviceAccount: { name: '*' } },
          { kind: 'Robot' },
        ],
      }),
      [
        `${first}.subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
        `${first}.subjects[1].serviceAccount.namespace: Required value: must specify namespace for service account`,
        `${first}.subjects[2].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"`,
      ],
    ],
    [
      'rules about nothing',
      schema({ resourceRules: [{ verbs: ['walk'], apiGroups: [], resources: ['*', 'pods'] }] }),
      [
        `${first}.resourceRules[0].verbs: Unsupported value: ["walk"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"`,
        `${first}.resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group`,
        `${first}.resourceRules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources`,
        `${first}.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [
      'paths that are none',
      schema({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/', '/a/*', 'a', '/a b', '/a*b', '//'] }] }),
      [
        `${first}.nonResourceRules[0].nonResourceURLs[2]: Invalid value: "a": must start with slash`,
        `${first}.nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/a b": must not contain white-space`,
        `${first}.nonResourceRules[0].nonResourceURLs[4]: Invalid value: "/a*b": wildcard can only do suffix matching`,
        `${first}.nonResourceRules[0].nonResourceURLs[5]: Invalid value: "//": must not contain double slash`,
      ],
    ],
  ],
});

describe('what every cluster has', () => {
  const all = [
    ...[...mandatoryLevels, ...suggestedLevels].map(object => [priorityLevelConfigurationRow, object] as const),
    ...[...mandatorySchemas, ...suggestedSchemas].map(object => [flowSchemaRow, object] as const),
  ];
  for (const [row, object] of all) {
    it(`${row.kind} ${object.metadata.name} is as it would be stored`, () => {
      const { metadata, spec } = object;
      const defaulted = made(row, { metadata: { name: metadata.name }, spec });
      assert.deepEqual(messages(row.validate?.(defaulted)), []);
      assert.deepEqual(defaulted.spec, spec);
    });
  }

  it('is fixed where it is mandatory', () => {
    const [, catchAll] = mandatoryLevels;
    const spec = { ...catchAll?.spec, limited: { ...catchAll?.spec?.limited, nominalConcurrencyShares: 6 } };
    const changed = made(priorityLevelConfigurationRow, { metadata: { name: 'catch-all' }, spec });
    assert.match(messages(priorityLevelConfigurationRow.validate?.(changed)).join(), /must equal the fixed value$/);
    const exempt = { type: 'Exempt', exempt: { nominalConcurrencyShares: 50, lendablePercent: 10 } };
    const own = made(priorityLevelConfigurationRow, { metadata: { name: 'exempt' }, spec: exempt });
    assert.deepEqual(messages(priorityLevelConfigurationRow.validate?.(own)), []);
  });
});
