/** One object in the cache: its bytes always, the decoded object for a while from when somebody asks for it. */
import type { AnyObject } from '../../api/types.js';
import { type Decodable, RecentlyDecoded } from './decoded.js';
import { apiVersionIn, atRevision } from './encoded.js';
import type { Shelf, Shelved } from './shelves.js';

const recent = new RecentlyDecoded();

export class CacheEntry implements Decodable, Shelved {
  /** Of the bytes. */
  readonly length: number;
  #memory: Buffer;
  #start = 0;
  #shelf: Shelf | undefined;
  #object: AnyObject | undefined;
  #handedOver: AnyObject | undefined;
  #apiVersion: string | undefined;

  /**
   * `path` is "namespace/name", or "name" for kinds without namespaces; `bytes` is the JSON with its resourceVersion.
   * `object`, where the writer handed it over, is what the bytes say (but for that version), and never changes again: it
   * spares the decoding to those who ask before `settle`.
   */
  constructor(
    readonly path: string,
    bytes: Buffer,
    readonly revision: number,
    object?: AnyObject,
  ) {
    this.#memory = bytes;
    this.length = bytes.length;
    this.#handedOver = object;
  }

  get namespace(): string {
    const slash = this.path.lastIndexOf('/');
    return slash < 0 ? '' : this.path.slice(0, slash);
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  get bytes(): Buffer {
    return this.#shelf ? this.#memory.subarray(this.#start, this.#start + this.length) : this.#memory;
  }

  get shelf(): Shelf | undefined {
    return this.#shelf;
  }

  lie(shelf: Shelf, start: number): void {
    this.#memory = shelf.memory;
    this.#start = start;
    this.#shelf = shelf;
  }

  /** The cache has no use for it any more; others who hold it may go on reading it. */
  release(): void {
    const shelf = this.#shelf;
    if (!shelf) return;
    this.#memory = this.bytes;
    this.#shelf = undefined;
    shelf.among.taken(shelf, this.length);
  }

  /** Shared by all readers: copy before changing. */
  get object(): AnyObject {
    this.#object ??= this.#decoded();
    return this.#object;
  }

  #decoded(): AnyObject {
    const given = this.#handedOver;
    this.#handedOver = undefined;
    recent.add(this);
    if (given) return { ...given, metadata: { ...given.metadata, resourceVersion: String(this.revision) } };
    return this.decode();
  }

  /**
   * Everybody has been told that this came after `before`. Who looked into that one will look into this (a pod's status, a
   * lease); an object that nobody looked into by now is garbage while it is young, and so costs next to nothing.
   */
  settle(before: CacheEntry | undefined): void {
    if (before !== undefined && before.#object !== undefined && this.#handedOver) this.#object ??= this.#decoded();
    this.#handedOver = undefined;
  }

  /** Everybody has been told that it is this no more: nobody will look into it soon. */
  retire(): void {
    if (!this.#object) return;
    recent.remove(this);
    this.forget();
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
    return JSON.parse(this.#memory.toString('utf8', this.#start, this.#start + this.length)) as AnyObject;
  }

  /** The same object as of its deletion: the last state, with the revision of the deletion. */
  deletedAt(revision: number): CacheEntry {
    return new CacheEntry(this.path, atRevision(this.bytes, revision), revision);
  }
}
