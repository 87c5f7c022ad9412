/** A custom resource for tests, with a bit of everything. */
export const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const widgets = '/apis/example.com/v1/namespaces/default/widgets';

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9 },
    colour: { type: 'string', default: 'red', enum: ['red', 'blue'] },
    replicas: { type: 'integer', default: 1 },
    port: { 'x-kubernetes-int-or-string': true },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, count: { type: 'integer' } },
      },
    },
    raw: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
  'x-kubernetes-validations': [
    {
      rule: 'self.size <= self.replicas * 3',
      messageExpression: '"size " + string(self.size) + " needs more replicas"',
    },
    { rule: 'self.size >= oldSelf.size', message: 'size must not shrink', fieldPath: '.size' },
  ],
};
const metadata = { type: 'object', properties: { name: { type: 'string', maxLength: 20 } } };
const status = {
  type: 'object',
  properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, phase: { type: 'string' } },
};

/** The definition of widgets, changed as a test needs it. */
// biome-ignore lint/suspicious/noExplicitAny: definitions are changed by hand in tests
export const definition = (change: (crd: any) => void = () => undefined): any => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { metadata, spec: structuredClone(spec), status } },
          },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name', priority: 1 },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: [{ jsonPath: '.spec.colour' }],
        },
      ],
    },
  };
  change(crd);
  return crd;
};

export const widget = (name: string, fields: object, more: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec: { size: 2, ...fields },
  ...more,
});

/** Webhooks, where there are none. */
export const nobody = { post: () => Promise.reject(new Error('there is no webhook here')) };
export const merge = { 'content-type': 'application/merge-patch+json' };
