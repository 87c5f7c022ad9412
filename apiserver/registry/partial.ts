/** Objects as their metadata alone (PartialObjectMetadata): what garbage collectors and metadata informers read. */
import type { CacheEntry } from '../cache/entry.js';
import type { ListHead, Representation } from '../cache/representation.js';

export const partialObject = (entry: CacheEntry, version: string) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: entry.object.metadata,
});

export function partial(version: string): Representation {
  const apiVersion = `meta.k8s.io/${version}`;
  const one = (entry: CacheEntry): Buffer => Buffer.from(JSON.stringify(partialObject(entry, version)));
  return {
    key: `partial/${version}`,
    contentType: 'application/json',
    object: one,
    list(entries, metadata: ListHead) {
      const items = entries.map(entry => partialObject(entry, version));
      return [Buffer.from(JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion, metadata, items }))];
    },
    bookmark(revision, annotations) {
      const metadata = { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) };
      return Buffer.from(JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion, metadata }));
    },
  };
}
