import assert from 'node:assert/strict';
import type { AnyObject, CustomResourceDefinition } from '../../api/types.js';
import type { WebhookClient } from '../services/webhook-client.js';
import { converterOf } from './conversion.js';

const crd = {
  metadata: { name: 'stars.example.com' },
  spec: {
    group: 'example.com',
    names: { plural: 'stars', kind: 'Star' },
    conversion: {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v2', 'v1beta1', 'v1'], clientConfig: { url: 'https://hook' } },
    },
    versions: [],
  },
} as unknown as CustomResourceDefinition;

const star = (name: string): AnyObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Star',
  metadata: { name, namespace: 'sky', uid: `uid-${name}`, labels: { a: 'b' }, generation: 3 },
  spec: { bright: true },
});

interface Review {
  apiVersion: string;
  request: { uid: string; desiredAPIVersion: string; objects: AnyObject[] };
}

/** Converts by a webhook that answers so. */
function convert(answer: (review: Review) => unknown, objects = [star('vega')]) {
  let reviews = 0;
  const webhooks = {
    post: async (_called: unknown, review: Review) => {
      reviews += 1;
      return answer(review);
    },
  } as unknown as WebhookClient;
  const made = converterOf(crd, { webhooks, uid: () => 'r1' })(objects, 'example.com/v2');
  return { made: made as Promise<AnyObject[]>, reviews: () => reviews };
}

const good = ({ request }: Review): { response: { uid: string; result: object; convertedObjects: AnyObject[] } } => ({
  response: {
    uid: request.uid,
    result: { status: 'Success' },
    convertedObjects: request.objects.map(object => ({ ...object, apiVersion: request.desiredAPIVersion })),
  },
});

/** As `good`, with the first object changed. */
const with_ = (change: (object: AnyObject) => AnyObject) => (review: Review) => {
  const answer = good(review);
  answer.response.convertedObjects[0] = change(answer.response.convertedObjects[0] as AnyObject);
  return answer;
};

describe('conversion by a webhook', () => {
  it('asks in a version of the review that both know, for many objects at a time', async () => {
    const objects = Array.from({ length: 1201 }, (_, i) => star(`s${i}`));
    const seen: string[] = [];
    const { made, reviews } = convert(review => {
      seen.push(`${review.apiVersion} ${review.request.objects.length}`);
      return good(review);
    }, objects);
    const converted = await made;
    assert.deepEqual([converted.length, reviews()], [1201, 3]);
    assert.deepEqual(seen, [
      'apiextensions.k8s.io/v1beta1 500',
      'apiextensions.k8s.io/v1beta1 500',
      'apiextensions.k8s.io/v1beta1 201',
    ]);
    assert.equal(converted[1200]?.metadata.name, 's1200');
  });

  it('lets it change labels and annotations, and nothing else of the metadata', async () => {
    const { made } = convert(
      with_(object => ({
        ...object,
        metadata: {
          ...object.metadata,
          labels: { new: 'x' },
          annotations: { n: 'y' },
          generation: 9,
          finalizers: ['mine'],
        },
      })),
    );
    assert.deepEqual((await made)[0]?.metadata, {
      name: 'vega',
      namespace: 'sky',
      uid: 'uid-vega',
      generation: 3,
      labels: { new: 'x' },
      annotations: { n: 'y' },
    });
  });

  const refused: [string, (review: Review) => unknown, RegExp][] = [
    [
      'says nothing',
      () => ({}),
      /conversion webhook for example.com\/v1, Kind=Star returned an answer without a response/,
    ],
    [
      'answers another question',
      review => ({ response: { ...good(review).response, uid: 'r0' } }),
      /returned a response to another request \(uid "r0"\)/,
    ],
    [
      'fails',
      ({ request }) => ({ response: { uid: request.uid, result: { status: 'Failure', message: 'no' } } }),
      /Kind=Star failed: no$/,
    ],
    [
      'loses objects',
      review => ({ response: { ...good(review).response, convertedObjects: [] } }),
      /returned 0 objects, expected 1/,
    ],
    [
      'answers in the wrong version',
      with_(object => ({ ...object, apiVersion: 'example.com/v3' })),
      /invalid converted object at index 0: invalid groupVersion \(expected example.com\/v2, received example.com\/v3\)/,
    ],
    [
      'makes another kind of it',
      with_(object => ({ ...object, kind: 'Moon' })),
      /invalid kind \(expected Star, received Moon\)/,
    ],
    [
      'makes another object of it',
      with_(object => ({ ...object, metadata: { ...object.metadata, uid: 'x' } })),
      /metadata.uid must not be changed/,
    ],
    [
      'cannot be reached',
      () => {
        throw new Error('Post "https://hook": refused');
      },
      /Kind=Star failed: Post "https:\/\/hook": refused/,
    ],
  ];
  for (const [name, answer, expected] of refused) {
    it(`is refused when the webhook ${name}`, async () => {
      await assert.rejects(
        convert(answer).made,
        (error: Error) => expected.test(error.message) || assert.fail(error.message),
      );
    });
  }
});
