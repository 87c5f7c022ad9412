/** What a node tells of its images, for whoever places pods by them. Pure. */
import type { Node } from '../../api/types.js';
import type { Image } from '../cri/types.js';

/** Kubernetes' limits: a status must not grow with what was ever pulled. */
const most = { images: 50, names: 5 };

/** The largest first. */
export const nodeImages = (images: readonly Image[]): NonNullable<NonNullable<Node['status']>['images']> =>
  images
    .toSorted((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1))
    .slice(0, most.images)
    .map(({ repoDigests, repoTags, size }) => ({
      names: [...repoDigests, ...repoTags].slice(0, most.names),
      sizeBytes: size,
    }));
