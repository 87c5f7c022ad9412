/**
 * Several versions of one kind: objects are stored once, in the version of one row, and shown by other rows in theirs
 * (autoscaling/v1 beside v2, events.k8s.io/v1 over core's v1). All of them read, watch and write the same objects.
 */
import { clone } from '../json.js';
import type { AnyObject } from '../types.js';
import { apiVersionOf, type KindRow } from './row.js';

/** The version that is stored, and the resource under whose keys the objects stand. */
export type StorageName = Pick<KindRow, 'group' | 'version' | 'plural' | 'custom'>;

export interface Conversion {
  readonly storage: StorageName;
  /**
   * Stored objects as this row's, in the same order. They are shared: what is changed is copied first. Objects that
   * were stored before the storage version changed are still in the version of then. A promise where a webhook is
   * asked, which rejects with a StatusError when it cannot.
   */
  fromStorage(stored: readonly AnyObject[]): readonly AnyObject[] | Promise<readonly AnyObject[]>;
  /** An object of this row as it is stored; takes it over. */
  toStorage(object: AnyObject): AnyObject | Promise<AnyObject>;
  /** Objects that are stored in this row's version may lack what is filled in, or have what is removed, when they are read. */
  readonly completes?: boolean;
  /** The versions differ in nothing but their names: bytes are spliced, and objects never decoded for it. */
  readonly sameShape: boolean;
}

/** Is it this row that says how the objects are stored? */
export const isStorage = ({ group, version, plural, conversion }: KindRow): boolean =>
  conversion === undefined ||
  (conversion.storage.group === group &&
    conversion.storage.version === version &&
    conversion.storage.plural === plural);

interface Mapping {
  /** In place, of an object of the version that is shown. */
  toStorage(object: AnyObject): void;
  /** In place, of a copy of a stored object. apiVersion and kind are set already. */
  fromStorage(object: AnyObject): void;
}

/**
 * Of a built-in kind: `storage` is the row that stores, `row` names the version that is shown. Without a mapping the
 * two have the same shape.
 */
export function storedAs(
  storage: KindRow,
  row: Pick<KindRow, 'group' | 'version' | 'kind'>,
  mapping?: Mapping,
): Conversion {
  const shown = { apiVersion: apiVersionOf(row), kind: row.kind };
  const stored = { apiVersion: apiVersionOf(storage), kind: storage.kind };
  return {
    storage,
    sameShape: mapping === undefined && row.kind === storage.kind,
    fromStorage: objects =>
      objects.map(object => {
        if (!mapping) return { ...object, ...shown };
        const copy = { ...clone(object), ...shown };
        mapping.fromStorage(copy);
        return copy;
      }),
    toStorage(object) {
      Object.assign(object, stored);
      mapping?.toStorage(object);
      return object;
    },
  };
}
