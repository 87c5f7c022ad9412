/** Conversion between the versions of a custom resource: none but the name, or a webhook's (ConversionReview). */
import { clone } from '../../api/json.js';
import { type StatusError, statusError } from '../../api/status.js';
import type { AnyObject, CustomResourceDefinition } from '../../api/types.js';
import type { ClientConfig, WebhookClient } from '../services/webhook-client.js';

/** Objects of any versions, each in the version `to`, in the same order. Those given are not changed. */
export type Convert = (objects: readonly AnyObject[], to: string) => AnyObject[] | Promise<AnyObject[]>;

/** Only the name of the version changes. */
export const renamed: Convert = (objects, to) => objects.map(object => ({ ...clone(object), apiVersion: to }));

export interface ConversionOptions {
  webhooks: Pick<WebhookClient, 'post'>;
  uid(): string;
}

export function converterOf(crd: CustomResourceDefinition, options: ConversionOptions): Convert {
  const { conversion, names } = crd.spec;
  const config = conversion?.webhook?.clientConfig;
  if (conversion?.strategy !== 'Webhook' || !config) return renamed;
  const versions = conversion.webhook?.conversionReviewVersions ?? [];
  const webhook: Webhook = {
    clientConfig: config as ClientConfig,
    apiVersion: `apiextensions.k8s.io/${versions.find(version => version === 'v1' || version === 'v1beta1') ?? 'v1'}`,
    kind: names.kind,
    options,
  };
  return async (objects, to) => {
    const made: AnyObject[] = [];
    for (let i = 0; i < objects.length; i += batch) made.push(...(await ask(webhook, objects.slice(i, i + batch), to)));
    return made;
  };
}

/** Objects in one review: lists of thousands would outgrow any webhook's limit of a body. */
const batch = 500;
const timeoutSeconds = 30;

interface Webhook {
  clientConfig: ClientConfig;
  apiVersion: string;
  kind: string;
  options: ConversionOptions;
}

interface Review {
  response?: {
    uid?: string;
    result?: { status?: string; message?: string };
    convertedObjects?: AnyObject[];
  };
}

async function ask(webhook: Webhook, objects: readonly AnyObject[], to: string): Promise<AnyObject[]> {
  const { clientConfig, apiVersion, options } = webhook;
  const uid = options.uid();
  const request = { uid, desiredAPIVersion: to, objects };
  const review = { kind: 'ConversionReview', apiVersion, request };
  const about = `conversion webhook for ${objects[0]?.apiVersion}, Kind=${webhook.kind}`;
  let answer: Review;
  try {
    answer = (await options.webhooks.post({ clientConfig, timeoutSeconds }, review)) as Review;
  } catch (error) {
    throw failure(`${about} failed: ${(error as Error).message}`);
  }
  const { response } = answer ?? {};
  if (!response) throw failure(`${about} returned an answer without a response`);
  if (response.uid !== uid)
    throw failure(`${about} returned a response to another request (uid ${JSON.stringify(response.uid)})`);
  if (response.result?.status !== 'Success') {
    throw failure(`${about} failed: ${response.result?.message || 'the webhook says no reason'}`);
  }
  const converted = response.convertedObjects ?? [];
  if (converted.length !== objects.length) {
    throw failure(`${about} returned ${converted.length} objects, expected ${objects.length}`);
  }
  return converted.map((object, index) =>
    checked(object, objects[index] as AnyObject, to, `${about} returned invalid converted object at index ${index}`),
  );
}

const failure = (message: string): StatusError => statusError('InternalError', message);

/** A webhook converts the object; who it is it may not say, and of its metadata only labels and annotations are its. */
function checked(object: AnyObject, from: AnyObject, to: string, about: string): AnyObject {
  if (object?.apiVersion !== to)
    throw failure(`${about}: invalid groupVersion (expected ${to}, received ${object?.apiVersion})`);
  if (object.kind !== from.kind)
    throw failure(`${about}: invalid kind (expected ${from.kind}, received ${object.kind})`);
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (object.metadata?.[field] !== from.metadata[field]) {
      throw failure(
        `${about}: metadata.${field} must not be changed (expected ${from.metadata[field]}, received ${object.metadata?.[field]})`,
      );
    }
  }
  const { labels: _labels, annotations: _annotations, ...kept } = clone(from.metadata);
  const { labels, annotations } = object.metadata;
  return { ...object, metadata: { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
}
