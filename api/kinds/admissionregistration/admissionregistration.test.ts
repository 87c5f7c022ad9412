import { judgesRow } from '../../testing/rows.js';
import { mutatingAdmissionPolicyBindingRow, validatingAdmissionPolicyBindingRow } from './bindings.js';
import { mutatingAdmissionPolicyRow, validatingAdmissionPolicyRow } from './policies.js';
import { mutatingWebhookConfigurationRow, validatingWebhookConfigurationRow } from './webhooks.js';

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const clientConfig = { url: 'https://hooks.example.com/check' };
const webhook = {
  name: 'check.example.com',
  clientConfig,
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const hooks = (...fields: object[]) => ({ webhooks: fields.map(each => ({ ...webhook, ...each })) });
const filled = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
  rules: [{ ...rule, scope: '*' }],
};

judgesRow(validatingWebhookConfigurationRow, {
  defaults: [['a webhook', hooks({}), { webhooks: [{ ...webhook, ...filled }] }]],
  columns: [['two webhooks', hooks({}, {}), 'x | 2 | 60s']],
  validation: [
    ['a webhook', hooks({}), []],
    ['a service', hooks({ clientConfig: { service: { namespace: 'a', name: 'b', path: '/check' } } }), []],
    ['two of one name', hooks({}, {}), ['webhooks[1].name: Duplicate value: "check.example.com"']],
    [
      'a name without a domain, and no server',
      hooks({ name: 'check', clientConfig: {} }),
      [
        'webhooks[0].name: Invalid value: "check": should be a domain with at least three segments separated by dots',
        'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
      ],
    ],
    [
      'an address that anybody can listen in on',
      hooks({ clientConfig: { url: 'http://u:p@a/b?c=d#e' } }),
      [
        'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
        'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "e": fragments are not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "c=d": query parameters are not permitted in the URL',
      ],
    ],
    [
      'half a service',
      hooks({ clientConfig: { service: { name: 'a', port: 70000, path: 'a//b' } } }),
      [
        'webhooks[0].clientConfig.service.namespace: Required value: service namespace is required',
        'webhooks[0].clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": must start with a \'/\'',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
      ],
    ],
    [
      'side effects, for too long, in no version',
      hooks({ sideEffects: 'Some', timeoutSeconds: 31, admissionReviewVersions: [] }),
      [
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
        'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
      ],
    ],
    [
      'versions that nobody speaks here',
      hooks({ admissionReviewVersions: ['v7', 'v7'] }),
      [
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v7": duplicate version',
        'webhooks[0].admissionReviewVersions: Invalid value: ["v7","v7"]: must include at least one of v1, v1beta1',
      ],
    ],
    [
      'rules that say things twice',
      hooks({
        rules: [
          {
            operations: ['*', 'CREATE'],
            apiGroups: ['*', 'apps'],
            apiVersions: [''],
            resources: ['pods/*', 'pods/log', '*', 'nodes'],
            scope: 'All',
          },
        ],
      }),
      [
        'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
        'webhooks[0].rules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other API groups',
        'webhooks[0].rules[0].apiVersions[0]: Required value',
        'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
        'webhooks[0].rules[0].resources: Invalid value: ["pods/*","pods/log","*","nodes"]: if \'*\' is present, must not specify other resources without subresources',
        'webhooks[0].rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"',
      ],
    ],
    [
      'an empty rule',
      hooks({ rules: [{}] }),
      ['operations', 'apiGroups', 'apiVersions', 'resources'].map(
        field => `webhooks[0].rules[0].${field}: Required value`,
      ),
    ],
    [
      'conditions without names or meaning',
      hooks({
        matchConditions: [{ expression: 'true' }, { name: 'a', expression: ' ' }, { name: 'a', expression: 'true' }],
      }),
      [
        'webhooks[0].matchConditions[0].name: Required value',
        'webhooks[0].matchConditions[1].expression: Required value',
        'webhooks[0].matchConditions[2].name: Duplicate value: "a"',
      ],
    ],
  ],
});

judgesRow(mutatingWebhookConfigurationRow, {
  defaults: [['a webhook', hooks({}), { webhooks: [{ ...webhook, ...filled, reinvocationPolicy: 'Never' }] }]],
  validation: [
    [
      'another way to be asked again',
      hooks({ reinvocationPolicy: 'Always' }),
      ['webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"'],
    ],
  ],
});

const matchConstraints = { resourceRules: [rule] };
const policy = (fields: object) => ({ spec: { matchConstraints, validations: [{ expression: 'true' }], ...fields } });

judgesRow(validatingAdmissionPolicyRow, {
  columns: [
    ['a policy', policy({}), 'x | 1 | <unset> | 60s'],
    [
      'one with parameters',
      policy({ paramKind: { apiVersion: 'a.b/v1', kind: 'Limit' } }),
      'x | 1 | a.b/v1/Limit | 60s',
    ],
  ],
  validation: [
    ['what is needed', policy({}), []],
    [
      'nothing',
      { spec: {} },
      [
        'spec.matchConstraints: Required value',
        'spec.validations: Required value: validations or auditAnnotations must be non-empty',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must be non-empty',
      ],
    ],
    ['no resources', policy({ matchConstraints: {} }), ['spec.matchConstraints.resourceRules: Required value']],
    [
      'messages that are none',
      policy({
        validations: [
          { expression: ' ', message: ' ', reason: 'Bored' },
          { expression: 'a\n&& b' },
          { expression: 'a', message: 'b\nc' },
        ],
      }),
      [
        'spec.validations[0].expression: Required value: expression is not specified',
        'spec.validations[0].message: Invalid value: " ": message must be non-empty if specified',
        'spec.validations[0].reason: Unsupported value: "Bored": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
        'spec.validations[1].message: Required value: message must be specified if expression contains line breaks',
        'spec.validations[2].message: Invalid value: "b\\nc": message must not contain line breaks',
      ],
    ],
    [
      'variables that cannot be named',
      policy({
        variables: [
          { name: 'a-b', expression: '1' },
          { name: 'c', expression: '' },
          { name: 'c', expression: '1' },
        ],
      }),
      [
        'spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier',
        'spec.variables[1].expression: Required value: expression is not specified',
        'spec.variables[2].name: Duplicate value: "c"',
      ],
    ],
    [
      'half a kind, and half an annotation',
      policy({ paramKind: { apiVersion: 'a/b/c' }, auditAnnotations: [{ key: 'a' }] }),
      [
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        'spec.paramKind.kind: Required value',
        'spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
      ],
    ],
  ],
});

const mutating = (fields: object) => ({
  spec: { matchConstraints, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }], ...fields },
});

judgesRow(mutatingAdmissionPolicyRow, {
  columns: [['a policy', mutating({}), 'x | 1 | <unset> | 60s']],
  validation: [
    ['what is needed', mutating({}), []],
    [
      'no mutations',
      mutating({ mutations: [] }),
      ['spec.mutations: Required value: mutations must contain at least one item'],
    ],
    [
      'another patch than it says',
      mutating({
        mutations: [{ patchType: 'ApplyConfiguration', jsonPatch: { expression: '[]' } }, { patchType: 'Merge' }],
      }),
      [
        'spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration',
        'spec.mutations[0].jsonPatch: Invalid value: {}: jsonPatch may only be specified when patchType is JSONPatch',
        'spec.mutations[1].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"',
      ],
    ],
  ],
});

const binding = (fields: object) => ({ spec: { policyName: 'p', validationActions: ['Deny'], ...fields } });

judgesRow(validatingAdmissionPolicyBindingRow, {
  columns: [
    ['a binding', binding({}), 'x | p | <unset> | 60s'],
    ['one with parameters', binding({ paramRef: { name: 'a' } }), 'x | p | */a | 60s'],
  ],
  validation: [
    ['what is needed', binding({}), []],
    ['nothing', {}, ['spec.policyName: Required value', 'spec.validationActions: Required value']],
    [
      'words twice',
      binding({ validationActions: ['Deny', 'Warn', 'Warn', 'Shout'] }),
      [
        'spec.validationActions[2]: Duplicate value: "Warn"',
        'spec.validationActions[3]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
        'spec.validationActions: Invalid value: ["Deny","Warn","Warn","Shout"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      'parameters in two ways',
      binding({ paramRef: { name: 'a', selector: {} } }),
      [
        'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.parameterNotFoundAction: Required value',
      ],
    ],
    [
      'parameters in no way',
      binding({ paramRef: { parameterNotFoundAction: 'Deny' } }),
      ['spec.paramRef: Required value: one of name or selector must be specified'],
    ],
  ],
});

judgesRow(mutatingAdmissionPolicyBindingRow, {
  validation: [
    ['a policy', { spec: { policyName: 'p' } }, []],
    ['no policy', {}, ['spec.policyName: Required value']],
  ],
});
