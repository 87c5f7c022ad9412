/** One object in the cache: its bytes always, the decoded object for a while from when somebody asks for it. */
import type { AnyObject } from '../../api/types.js';
import { type Decodable, RecentlyDecoded } from './decoded.js';
import { apiVersionIn, atRevision } from './encoded.js';

const recent = new RecentlyDecoded();

export class CacheEntry implements Decodable {
  readonly namespace: string;
  readonly name: string;
  #object: AnyObject | undefined;
  #handedOver: AnyObject | undefined;
  #apiVersion: string | undefined;

  /**
   * `path` is "namespace/name", or "name" for kinds without namespaces; `bytes` is the JSON with its resourceVersion.
   * `object`, where the writer handed it over, is what the bytes say (but for that version), and never changes again.
   */
  constructor(
    readonly path: string,
    readonly bytes: Buffer,
    readonly revision: number,
    object?: AnyObject,
  ) {
    const slash = path.lastIndexOf('/');
    this.namespace = slash < 0 ? '' : path.slice(0, slash);
    this.name = path.slice(slash + 1);
    if (!object) return;
    this.#handedOver = object;
    recent.add(this);
  }

  /** Shared by all readers: copy before changing. */
  get object(): AnyObject {
    this.#object ??= this.#decoded();
    return this.#object;
  }

  #decoded(): AnyObject {
    const given = this.#handedOver;
    this.#handedOver = undefined;
    if (given) return { ...given, metadata: { ...given.metadata, resourceVersion: String(this.revision) } };
    recent.add(this);
    return this.decode();
  }

  /** Only the bytes are left. */
  forget(): void {
    this.#object = undefined;
    this.#handedOver = undefined;
  }

  /** The version in which the object was stored. */
  get apiVersion(): string {
    this.#apiVersion ??= apiVersionIn(this.bytes);
    return this.#apiVersion;
  }

  /** A copy that its owner may change. */
  decode(): AnyObject {
    return JSON.parse(this.bytes.toString()) as AnyObject;
  }

  /** The same object as of its deletion: the last state, with the revision of the deletion. */
  deletedAt(revision: number): CacheEntry {
    return new CacheEntry(this.path, atRevision(this.bytes, revision), revision);
  }
}
