/** A kind in two versions that differ: `ships` and a flag in one word, then `replicas` and a flag in parts. */
import type { AnyObject, KubeObject } from '../../../api/types.js';
import type { Resource } from '../../../client/client.js';

export const group = 'stars.example.com';

export interface Fleet extends KubeObject {
  spec: { replicas: number; flag: { colour: string; shape: string }; motto?: string };
  status?: { replicas: number; selector: string; phase: string };
}

export const fleets: Resource<Fleet> = { group, version: 'v1', plural: 'fleets', kind: 'Fleet', namespaced: true };

const status = {
  type: 'object',
  properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, phase: { type: 'string' } },
};
const metadata = { type: 'object', properties: { name: { type: 'string', maxLength: 20 } } };

const v1 = {
  type: 'object',
  description: 'A fleet of ships, all under one flag.',
  required: ['spec'],
  properties: {
    metadata,
    spec: {
      type: 'object',
      required: ['flag'],
      properties: {
        replicas: {
          type: 'integer',
          minimum: 0,
          maximum: 10,
          default: 1,
          description: 'How many ships there should be.',
        },
        motto: { type: 'string', maxLength: 40 },
        flag: {
          type: 'object',
          required: ['colour'],
          properties: {
            colour: { type: 'string', enum: ['red', 'blue', 'green'], description: 'What is seen from afar.' },
            shape: { type: 'string', default: 'square' },
          },
        },
      },
      'x-kubernetes-validations': [
        {
          rule: 'self.replicas < 5 || has(self.motto)',
          messageExpression: '"a fleet of " + string(self.replicas) + " needs a motto"',
          reason: 'FieldValueRequired',
          fieldPath: '.motto',
        },
        { rule: 'self.flag.colour == oldSelf.flag.colour', message: 'a flag keeps its colour' },
      ],
    },
    status,
  },
};

const v1alpha1 = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { ships: { type: 'integer' }, flag: { type: 'string' }, motto: { type: 'string' } },
    },
    status,
  },
};

const subresources = (replicas: string): object => ({
  status: {},
  scale: { specReplicasPath: replicas, statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
});

/** `webhook` converts between the versions; its certificate is of the authority `ca` (PEM). */
export const definition = (webhook: { url: string; ca: string }): AnyObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `fleets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'fleets', kind: 'Fleet', shortNames: ['fl'], categories: ['all'] },
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { url: webhook.url, caBundle: Buffer.from(webhook.ca).toString('base64') },
      },
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: v1 },
        subresources: subresources('.spec.replicas'),
        additionalPrinterColumns: [
          { name: 'Ships', type: 'integer', jsonPath: '.status.replicas' },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
          { name: 'Colour', type: 'string', jsonPath: '.spec.flag.colour', priority: 1 },
        ],
        selectableFields: [{ jsonPath: '.spec.flag.colour' }],
      },
      {
        name: 'v1alpha1',
        served: true,
        storage: false,
        deprecated: true,
        deprecationWarning: 'stars.example.com/v1alpha1 Fleet is deprecated: say replicas, not ships',
        schema: { openAPIV3Schema: v1alpha1 },
        subresources: subresources('.spec.ships'),
      },
    ],
  },
});
