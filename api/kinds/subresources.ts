/** Bodies that are no kinds of their own: what subresources and deletions carry. */
import { apiVersionOf, type KindRow } from './row.js';

/** What decoding must know of a body: any row says it too. */
export type BodyType = Pick<KindRow, 'group' | 'version' | 'kind' | 'model' | 'structural'>;

export const subresourceTypes = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', model: 'V1Scale' },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', model: 'V1Eviction' },
  evictionV1beta1: { group: 'policy', version: 'v1beta1', kind: 'Eviction', model: 'V1Eviction' },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', model: 'AuthenticationV1TokenRequest' },
  deleteOptions: { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions', model: 'V1DeleteOptions' },
  status: { group: 'meta.k8s.io', version: 'v1', kind: 'Status', model: 'V1Status' },
} as const satisfies Record<string, BodyType>;

/** DeleteOptions travel under the version of whatever is deleted: any is good. */
export const acceptsAnyVersion = (type: BodyType): boolean => type.model === subresourceTypes.deleteOptions.model;

export const bodyVersion = (type: BodyType): string =>
  type.group === 'meta.k8s.io' ? type.version : apiVersionOf(type);
