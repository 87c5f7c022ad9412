import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';
import { crds, definition } from './testing/widgets.js';

describe('a CustomResourceDefinition that makes no sense', () => {
  let api: TestApi;
  before(async () => {
    api = await openTestApi();
  });
  after(() => api.close());

  // biome-ignore lint/suspicious/noExplicitAny: definitions are changed by hand in tests
  const table: [string, (crd: any) => void, RegExp][] = [
    [
      'name',
      crd => {
        crd.metadata.name = 'x.example.com';
      },
      /metadata.name: Invalid value: "x.example.com": must be spec.names.plural\+"."\+spec.group/,
    ],
    [
      'group',
      crd => {
        crd.spec.group = 'example';
        crd.metadata.name = 'widgets.example';
      },
      /spec.group: Invalid value: "example": should be a domain with at least one dot/,
    ],
    [
      'scope',
      crd => {
        crd.spec.scope = 'Global';
      },
      /spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"/,
    ],
    [
      'storage',
      crd => {
        crd.spec.versions[0].storage = false;
      },
      /spec.versions: Invalid value: .*must have exactly one version marked as storage version/,
    ],
    [
      'schema',
      crd => {
        delete crd.spec.versions[0].schema;
      },
      /spec.versions\[0\].schema.openAPIV3Schema: Required value: schemas are required/,
    ],
    [
      'type',
      crd => {
        delete crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.type;
      },
      /properties\[spec\].type: Required value: must not be empty for specified object fields/,
    ],
    [
      'items',
      crd => {
        crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.parts.items.properties.name.type =
          'text';
      },
      /items.properties\[name\].type: Unsupported value: "text"/,
    ],
    [
      'pattern',
      crd => {
        crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.colour.pattern = '(';
      },
      /must be a valid regular expression, but isn't: error parsing regexp/,
    ],
    [
      'default',
      crd => {
        crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.colour.default = 'pink';
      },
      /properties\[colour\].default: Unsupported value: "pink"/,
    ],
    [
      'rule',
      crd => {
        crd.spec.versions[0].schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'][0].rule = 'self.nope';
      },
      /x-kubernetes-validations\[0\].rule: Invalid value: .*compilation failed: ERROR: <input>:1:5: undefined field 'nope'/,
    ],
    [
      'message',
      crd => {
        const [rule] = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'];
        rule.messageExpression = 'self.size';
      },
      /x-kubernetes-validations\[0\].messageExpression: Invalid value: .*messageExpression must evaluate to a string/,
    ],
    [
      'structure',
      crd => {
        crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.anyOf = [{ type: 'object' }];
      },
      /anyOf\[0\].type: Forbidden: must be empty to be structural/,
    ],
    [
      'column',
      crd => {
        crd.spec.versions[0].additionalPrinterColumns[0].type = 'text';
      },
      /additionalPrinterColumns\[0\].type: Invalid value: "text": must be one of boolean,date,integer,number,string/,
    ],
    [
      'scale',
      crd => {
        crd.spec.versions[0].subresources.scale.specReplicasPath = '.status.x';
      },
      /specReplicasPath: Invalid value: ".status.x": should be a json path under .spec/,
    ],
    [
      'selectable',
      crd => {
        crd.spec.versions[0].selectableFields = [{ jsonPath: '.spec.parts' }];
      },
      /selectableFields\[0\].jsonPath: Invalid value: ".spec.parts": must point to a field of type/,
    ],
    [
      'conversion',
      crd => {
        crd.spec.conversion = { strategy: 'Webhook' };
      },
      /spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook/,
    ],
    [
      'approval',
      crd => {
        crd.spec.group = 'x.k8s.io';
        crd.metadata.name = 'widgets.x.k8s.io';
      },
      /protected groups must have approval annotation "api-approved.kubernetes.io"/,
    ],
  ];
  for (const [name, change, expected] of table) {
    it(`is refused: ${name}`, async () => {
      const { code, body } = await api.ask(`POST ${crds}`, definition(change));
      assert.equal(code, 422, JSON.stringify(body));
      assert.match(body.message, expected);
    });
  }
});
